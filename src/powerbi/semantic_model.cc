#include "powerbi/semantic_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "powerbi/dax.h"
#include "powerbi/identity.h"

namespace cadenza::powerbi {
namespace {

constexpr const char* kModelFolder = "Cadenza.SemanticModel/definition/";

const char* DataType(const std::string& type) {
  if (type == "BIGINT" || type == "INTEGER" || type == "SMALLINT" || type == "HUGEINT")
    return "int64";
  if (type == "DOUBLE" || type == "FLOAT") return "double";
  if (type == "BOOLEAN") return "boolean";
  if (type == "DATE" || type.starts_with("TIMESTAMP")) return "dateTime";
  if (type.starts_with("DECIMAL")) return "decimal";
  return "string";
}

/// One line, as a description is.
std::string Description(const std::string& text, const std::string& indent) {
  if (text.empty()) return "";
  std::string line = text;
  std::ranges::replace(line, '\n', ' ');
  return indent + "/// " + line + "\n";
}

/// A text of Power Query.
std::string MText(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c;
    if (c == '"') quoted += c;
    if (c == '#') quoted += "(#)";  // "#(" begins an escape
  }
  return quoted + "\"";
}

bool IsListenerId(const std::string& name) {
  return name == "customer_id" || name == "user_id" || name.ends_with("_id");
}

std::string ColumnText(const Table& table, const Column& column) {
  const bool adds_up =
      column.type == "BIGINT" && column.name == "sessions" && table.name == kCustomerDays;
  std::string text = "\n" + Description(column.meaning, "\t");
  text +=
      fmt::format("\tcolumn {}\n\t\tdataType: {}\n", TmdlName(column.name), DataType(column.type));
  if (IsListenerId(column.name)) text += "\t\tisHidden\n";
  if (column.name == table.key) text += "\t\tisKey\n";
  if (column.type == "DATE") text += "\t\tformatString: yyyy-mm-dd\n";
  text += fmt::format("\t\tlineageTag: {}\n\t\tsummarizeBy: {}\n\t\tsourceColumn: {}\n",
                      GuidOf("column " + table.name + "." + column.name), adds_up ? "sum" : "none",
                      column.name);
  return text;
}

std::string TableText(const Table& table, bool import) {
  std::string text = Description(table.meaning, "");
  text += fmt::format("table {}\n\tlineageTag: {}\n", TmdlName(table.name),
                      GuidOf("table " + table.name));
  for (const Column& column : table.columns) text += ColumnText(table, column);
  text += fmt::format(
      "\n\tpartition {} = m\n\t\tmode: {}\n\t\tsource =\n"
      "\t\t\t\tlet\n\t\t\t\t\tSource = PostgreSQL.Database(Server, Database),\n"
      "\t\t\t\t\tData = Source{{[Schema={},Item={}]}}[Data]\n\t\t\t\tin\n\t\t\t\t\tData\n",
      TmdlName(table.name), import ? "import" : "directQuery", MText(table.schema),
      MText(table.name));
  return text;
}

std::string MeasureText(const std::string& name, const std::string& meaning,
                        const std::string& expression, const char* format) {
  std::string text = "\n" + Description(meaning, "\t");
  const bool is_long = expression.find('\n') != std::string::npos;
  text += fmt::format("\tmeasure {} ={}{}\n", TmdlName(name), is_long ? "" : " ", expression);
  text +=
      fmt::format("\t\tformatString: {}\n\t\tlineageTag: {}\n", format, GuidOf("measure " + name));
  return text;
}

/// Half up to hundredths, in whole numbers until the last step: the rule of the lake's KPIs.
std::string ShareInDax(const std::string& numerator, const std::string& denominator) {
  return fmt::format(
      "\n\t\t\tVAR x = {}\n\t\t\tVAR y = {}\n\t\t\tRETURN\n"
      "\t\t\t\tDIVIDE ( INT ( DIVIDE ( 20000 * x + y, 2 * y ) ), 100 )",
      numerator, denominator);
}

Result<std::string> MeasuresText(const Source& source) {
  std::string text = fmt::format("table Measures\n\tlineageTag: {}\n", GuidOf("table Measures"));
  text += MeasureText("Sessions", "sessions that start in the window",
                      fmt::format("SUM ( {}[sessions] ) + 0", kCustomerDays), "#,0");
  text += MeasureText("Active customers",
                      "customers with a session in the window; they do not add up over windows",
                      fmt::format("DISTINCTCOUNT ( {}[customer_id] )", kCustomerDays), "#,0");
  text += MeasureText(
      "Engaged sessions",
      "from so many sessions on a customer is engaged, whatever the length of the window",
      std::to_string(source.engaged_sessions), "#,0");
  for (const Metric& metric : source.metrics) {
    CADENZA_ASSIGN(const std::string numerator, CountInDax(metric.numerator));
    CADENZA_ASSIGN(const std::string denominator, CountInDax(metric.denominator));
    text += MeasureText(metric.title, metric.tells, ShareInDax(numerator, denominator), "0.00");
  }
  text += fmt::format(
      "\n\tcolumn Value\n\t\tdataType: string\n\t\tisHidden\n\t\tlineageTag: {}\n\t\tsummarizeBy: "
      "none\n"
      "\t\tisNameInferred\n\t\tsourceColumn: [Value]\n\n\tpartition Measures = "
      "calculated\n\t\tmode: import\n"
      "\t\tsource = {{\"\"}}\n",
      GuidOf("column Measures.Value"));
  return text;
}

std::string RelationsText(const Source& source) {
  std::string text;
  for (const Relation& relation : source.relations) {
    text += fmt::format("{}relationship {}\n\tfromColumn: {}.{}\n\ttoColumn: {}.{}\n",
                        text.empty() ? "" : "\n",
                        GuidOf("relation " + relation.from_table + "." + relation.from_column),
                        TmdlName(relation.from_table), TmdlName(relation.from_column),
                        TmdlName(relation.to_table), TmdlName(relation.to_column));
  }
  return text;
}

std::string ParameterText(const char* name, const std::string& value) {
  return fmt::format(
      "expression {} = {} meta [IsParameterQuery=true, Type=\"Text\", "
      "IsParameterQueryRequired=true]\n"
      "\tlineageTag: {}\n",
      name, MText(value), GuidOf(std::string("parameter ") + name));
}

std::string ModelText(const Source& source) {
  std::string text =
      "model Model\n\tculture: en-US\n\tdefaultPowerBIDataSourceVersion: powerBI_V3\n"
      "\tsourceQueryCulture: en-US\n\nref table Measures\n";
  for (const Table& table : source.tables) text += "ref table " + TmdlName(table.name) + "\n";
  return text + "\nref expression Server\nref expression Database\n";
}

/// A file of a table is named like it; what no file system takes is replaced.
std::string FileName(const std::string& table) {
  std::string name = table;
  std::ranges::replace_if(
      name,
      [](char c) { return std::string_view("/\\:*?\"<>|").find(c) != std::string_view::npos; },
      '_');
  return name;
}

}  // namespace

std::string TmdlName(const std::string& name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  if (!name.empty() && std::ranges::all_of(name, plain)) return name;
  std::string quoted = "'";
  for (const char c : name) {
    quoted += c;
    if (c == '\'') quoted += c;
  }
  return quoted + "'";
}

Result<Files> MakeSemanticModel(const Source& source) {
  Files files;
  const std::string folder = kModelFolder;
  files[folder + "database.tmdl"] = "database\n\tcompatibilityLevel: 1600\n";
  files[folder + "model.tmdl"] = ModelText(source);
  files[folder + "expressions.tmdl"] =
      ParameterText("Server", source.server) + "\n" + ParameterText("Database", source.database);
  if (!source.relations.empty()) files[folder + "relationships.tmdl"] = RelationsText(source);
  CADENZA_ASSIGN(files[folder + "tables/Measures.tmdl"], MeasuresText(source));
  for (const Table& table : source.tables) {
    files[folder + "tables/" + FileName(table.name) + ".tmdl"] = TableText(table, source.import);
  }
  return files;
}

}  // namespace cadenza::powerbi
