#include "sources/raw_parts.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/parquet_faults.h"
#include "engine/sql_text.h"
#include "sources/table_schema.h"
#include "sources/text_lines.h"

namespace cadenza::sources {
namespace {

using engine::QuoteName;
using engine::QuoteText;

std::string PathList(const std::vector<std::string>& files) {
  return "[" + engine::QuotePaths(files) + "]";
}

/// A struct literal: every column of these names is text.
std::string AllText(const std::vector<engine::Column>& columns) {
  std::string types;
  for (const engine::Column& column : columns) {
    types += fmt::format("{}{}: 'VARCHAR'", types.empty() ? "" : ", ", QuoteText(column.name));
  }
  return "{" + types + "}";
}

engine::ForeignFiles::Format ForeignFormat(FileFormat format) {
  using Format = engine::ForeignFiles::Format;
  if (format == FileFormat::kParquet) return Format::kParquet;
  if (format == FileFormat::kDelta) return Format::kDelta;
  return format == FileFormat::kJson ? Format::kJson : Format::kCsv;
}

void DropFile(std::vector<engine::Column>* columns) {
  std::erase_if(*columns, [](const engine::Column& column) { return column.name == "_file"; });
}

// Parquet and Delta ------------------------------------------------------------------------------

Status AddTyped(engine::Engine* engine, RawPart part, RawTable* table) {
  CADENZA_ASSIGN(part.columns, engine->Describe("SELECT * FROM " + part.from));
  DropFile(&part.columns);
  table->parts.push_back(std::move(part));
  return {};
}

Status AddParquet(engine::Engine* engine, const TableFiles& files, RawTable* table) {
  CADENZA_TRY(engine::CheckParquetFaults(engine, engine::QuotePaths(files.files)));
  CADENZA_ASSIGN(const auto groups, FilesByColumns(engine, files.files));
  for (const std::vector<std::string>& group : groups) {
    RawPart part{files.format, group, {}, {}, ""};
    part.from =
        fmt::format("read_parquet({}, union_by_name = true, filename = '_file')", PathList(group));
    CADENZA_TRY(AddTyped(engine, std::move(part), table));
  }
  return {};
}

Status AddDelta(engine::Engine* engine, const TableFiles& files, RawTable* table) {
  for (const std::string& folder : files.files) {
    SourceFile file;
    file.container = folder;
    file.compression = Compression::kDelta;
    CADENZA_ASSIGN(const std::string relation, engine->DeltaTable(file));
    RawPart part{files.format, {folder}, {}, {}, ""};
    part.from = fmt::format("(SELECT *, {} AS _file FROM {})", QuoteText(folder), relation);
    CADENZA_TRY(AddTyped(engine, std::move(part), table));
  }
  return {};
}

// CSV --------------------------------------------------------------------------------------------

std::string CsvCall(const RawPart& part, const std::string& options) {
  return fmt::format(
      "read_csv({}, columns = {}, auto_detect = false, header = true, skip = {}, delim = {}, quote "
      "= '\"', escape = '\"', strict_mode = {}, filename = '_file', {})",
      PathList(part.files), AllText(part.columns), part.dialect.lines_before,
      QuoteText(std::string(1, part.dialect.delimiter)), part.is_strict, options);
}

Status CountRejects(engine::Engine* engine, const RawPart& part) {
  CADENZA_TRY(engine->Execute(
      "DROP TABLE IF EXISTS cadenza_rejects; DROP TABLE IF EXISTS cadenza_reject_scans"));
  // All columns: what is not asked for is not looked at, and then a line whose bytes are no UTF-8
  // would be missed here, but not by who reads it.
  return engine->Execute("SELECT count(COLUMNS(*)) FROM " +
                         CsvCall(part,
                                 "store_rejects = true, rejects_table = 'cadenza_rejects', "
                                 "rejects_scan = 'cadenza_reject_scans'"));
}

/// The strict reader sees fields too many, and gives up where line ends or quotes are of several
/// kinds; then the other one reads.
Status AddRejected(engine::Engine* engine, RawPart* part, RawTable* table) {
  if (!CountRejects(engine, *part).ok()) {
    part->is_strict = false;
    CADENZA_TRY(CountRejects(engine, *part));
  }
  CADENZA_ASSIGN(
      const engine::RowSet rows,
      engine->Query(
          "SELECT s.file_path, r.line, min(r.error_type), min(r.csv_line) FROM cadenza_rejects AS "
          "r JOIN cadenza_reject_scans AS s ON s.scan_id = r.scan_id AND s.file_id = r.file_id "
          "GROUP BY s.file_path, r.line ORDER BY s.file_path, r.line"));
  for (size_t r = 0; r < rows.rows.size(); ++r) {
    table->rejected.push_back({rows.Text(r, 0), rows.Number(r, 1) + part->dialect.lines_before,
                               engine::Lower(rows.Text(r, 2)), rows.Text(r, 3)});
  }
  return engine->Execute("DROP TABLE cadenza_rejects; DROP TABLE cadenza_reject_scans");
}

/// Files of one header are read together.
Status AddCsv(engine::Engine* engine, const TableFiles& files, RawTable* table) {
  for (const std::string& file : files.files) {
    CADENZA_ASSIGN(const CsvDialect dialect, ReadDialect(engine, file));
    if (dialect.columns.empty()) continue;
    const auto is_same = [&](const RawPart& part) { return part.dialect == dialect; };
    auto part = std::ranges::find_if(table->parts, is_same);
    if (part == table->parts.end()) {
      part = table->parts.insert(part, {files.format, {}, {}, dialect, ""});
      for (const std::string& name : dialect.columns) part->columns.push_back({name, "VARCHAR"});
    }
    part->files.push_back(file);
  }
  for (RawPart& part : table->parts) {
    CADENZA_TRY(AddRejected(engine, &part, table));
    part.from = CsvCall(part, "ignore_errors = true");
  }
  return {};
}

// JSON -------------------------------------------------------------------------------------------

std::string JsonCall(const char* function, const std::vector<std::string>& files,
                     const std::string& options) {
  return fmt::format(
      "{}({}, format = 'auto', maximum_object_size = 16777216, filename = "
      "'_file'{})",
      function, PathList(files), options);
}

bool IsObject(std::string_view line) {
  const auto parsed = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  return parsed.is_object();
}

/// The lines that are no objects, as far as they are found.
void AddBadLines(const std::string& file, int64_t count, std::vector<RejectedLine>* rejected) {
  const size_t end = rejected->size() + static_cast<size_t>(count);
  VisitLines(file, [&](int64_t number, std::string_view line) {
    if (line.find_first_not_of(" \t") == line.npos || IsObject(line)) return true;
    // NaN is no JSON, and the engine reads it all the same.
    if (line.find("NaN") != line.npos && line.ends_with('}')) return true;
    rejected->push_back({file, number, "no JSON object", std::string(line.substr(0, 4096))});
    return rejected->size() < end;
  });
  while (rejected->size() < end) rejected->push_back({file, 0, "no JSON object", ""});
}

/// The keys of all objects, file by file: a key that comes first after many others counts too.
Status AddJson(engine::Engine* engine, const TableFiles& files, RawTable* table) {
  CADENZA_ASSIGN(
      const engine::RowSet keys,
      engine->Query(fmt::format(
          "SELECT _file, key, count(*) FROM (SELECT _file, unnest(CASE WHEN json IS NULL OR "
          "json_type(json) <> 'OBJECT' THEN [NULL] ELSE json_keys(json) END) AS key FROM {}) AS k "
          "GROUP BY _file, key ORDER BY _file, key",
          JsonCall("read_json_objects", files.files, ", ignore_errors = true"))));
  std::map<std::string, std::vector<engine::Column>> columns_of;
  std::set<std::string> with_bad_lines;
  for (size_t r = 0; r < keys.rows.size(); ++r) {
    const std::string file = keys.Text(r, 0);
    if (keys.rows[r][1]) {
      columns_of[file].push_back({*keys.rows[r][1], "VARCHAR"});
    } else {
      AddBadLines(file, keys.Number(r, 2), &table->rejected);
      with_bad_lines.insert(file);
    }
  }
  for (const auto& [file, columns] : columns_of) {
    const bool is_bad = with_bad_lines.contains(file);
    const auto is_same = [&, &own = columns](const RawPart& part) {
      return part.columns == own && part.has_bad_lines == is_bad;
    };
    const auto part = std::ranges::find_if(table->parts, is_same);
    if (part == table->parts.end()) {
      table->parts.push_back({files.format, {file}, columns, {}, "", true, is_bad});
    } else {
      part->files.push_back(file);
    }
  }
  return {};
}

}  // namespace

Result<std::vector<std::vector<std::string>>> FilesByColumns(
    engine::Engine* engine, const std::vector<std::string>& files) {
  std::vector<std::vector<std::string>> groups;
  if (files.size() == 1) return groups = {files};
  CADENZA_ASSIGN(const engine::RowSet schemas,
                 engine->Query(fmt::format(
                     "SELECT file_name, string_agg(concat_ws(' ', name, type, converted_type, "
                     "logical_type), chr(10) ORDER BY name) FROM parquet_schema({}) WHERE "
                     "num_children IS NULL OR num_children = 0 GROUP BY file_name",
                     PathList(files))));
  std::map<std::string, std::string> schema_of;
  for (size_t r = 0; r < schemas.rows.size(); ++r) schema_of[schemas.Text(r)] = schemas.Text(r, 1);
  std::map<std::string, size_t> group_of;
  for (const std::string& file : files) {
    const auto [found, is_new] = group_of.try_emplace(schema_of[file], groups.size());
    if (is_new) groups.emplace_back();
    groups[found->second].push_back(file);
  }
  return groups;
}

const std::vector<std::string>& UsualNulls() {
  static const std::vector<std::string> nulls = {"NULL", "\\N", "NaN",  "NaT",
                                                 "None", "n/a", "#N/A", "<NA>"};
  return nulls;
}

Result<RawTable> FindParts(engine::Engine* engine, const std::string& table,
                           const TableFiles& files) {
  RawTable found;
  const std::string name = "foreign_" + table;
  CADENZA_ASSIGN(const bool is_bound,
                 engine->BindForeign(name, {ForeignFormat(files.format), files.files}));
  if (is_bound) {
    RawPart part{files.format, files.files, {}, {}, name};
    CADENZA_TRY(AddTyped(engine, std::move(part), &found));
    return found;
  }
  switch (files.format) {
    case FileFormat::kParquet:
      CADENZA_TRY(AddParquet(engine, files, &found));
      break;
    case FileFormat::kDelta:
      CADENZA_TRY(AddDelta(engine, files, &found));
      break;
    case FileFormat::kJson:
      CADENZA_TRY(AddJson(engine, files, &found));
      break;
    case FileFormat::kCsv:
      CADENZA_TRY(AddCsv(engine, files, &found));
      break;
  }
  return found;
}

namespace {

/// Columns of the part that are spelt as this one but for case and punctuation, itself first.
std::vector<std::string> SpellingsOf(const RawPart& part, const std::string& name) {
  std::vector<std::string> spellings = {name};
  if (part.format != FileFormat::kJson) return spellings;
  for (const engine::Column& column : part.columns) {
    if (column.name != name && PlainName(column.name) == PlainName(name)) {
      spellings.push_back(column.name);
    }
  }
  return spellings;
}

std::string WithoutNulls(const std::string& value, const std::vector<std::string>& nulls) {
  std::string list;
  for (const std::string& null : nulls) {
    list += (list.empty() ? "" : ", ") + QuoteText(engine::Lower(null));
  }
  if (list.empty()) return value;
  return fmt::format("CASE WHEN lower(trim({0})) IN ({1}) THEN NULL ELSE {0} END", value, list);
}

std::string KeyPath(const std::string& key) {
  std::string path = "$.\"";
  for (const char c : key) path += c == '"' ? std::string("\\\"") : std::string(1, c);
  return QuoteText(path + "\"");
}

}  // namespace

std::string SelectOf(const RawPart& part, const std::vector<engine::Column>& columns,
                     const std::vector<std::string>& nulls, const std::vector<std::string>& names) {
  if (!part.is_text()) return "SELECT * FROM " + part.from;
  std::vector<engine::Column> read;  // JSON
  std::set<std::string> lower;
  bool differ_in_case = part.has_bad_lines;
  for (const engine::Column& column : columns) {
    for (const std::string& name : SpellingsOf(part, column.name)) {
      differ_in_case |= !lower.insert(engine::Lower(name)).second;
      read.push_back({name, "VARCHAR"});
    }
  }
  std::string list;
  for (const engine::Column& column : columns) {
    const bool is_name = std::ranges::count(names, column.name) > 0;
    std::string value;
    for (const std::string& name : SpellingsOf(part, column.name)) {
      const std::string one = differ_in_case && part.format == FileFormat::kJson
                                  ? fmt::format("json_extract_string(json, {})", KeyPath(name))
                                  : QuoteName(name);
      value += (value.empty() ? "" : ", ") +
               WithoutNulls(one, is_name ? std::vector<std::string>{"\\N"} : nulls);
    }
    list += fmt::format("coalesce({}) AS {}, ", value, QuoteName(column.name));
  }
  if (part.format == FileFormat::kCsv)
    return fmt::format("SELECT {}_file FROM {}", list, part.from);
  if (differ_in_case) {
    return fmt::format("SELECT {}_file FROM {} WHERE json_type(json) = 'OBJECT'", list,
                       JsonCall("read_json_objects", part.files, ", ignore_errors = true"));
  }
  return fmt::format(
      "SELECT {}_file FROM {}", list,
      JsonCall("read_json", part.files, ", records = true, columns = " + AllText(read)));
}

int64_t LineOf(const RawPart& part, const std::string& file, const std::string& column,
               const std::string& value) {
  int64_t found = 0;
  if (part.format == FileFormat::kJson) {
    VisitLines(file, [&](int64_t number, std::string_view line) {
      const auto parsed = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
      if (!parsed.is_object()) return true;
      for (const std::string& name : SpellingsOf(part, column)) {
        if (!parsed.contains(name)) continue;
        const nlohmann::json& own = parsed.at(name);
        if ((own.is_string() ? own.get<std::string>() : own.dump()) == value) found = number;
      }
      return found == 0;
    });
  }
  const auto at = std::ranges::find(part.columns, column, &engine::Column::name);
  if (part.format != FileFormat::kCsv || at == part.columns.end()) return found;
  const auto index = static_cast<size_t>(at - part.columns.begin());
  std::string record;
  int64_t first = 0;
  VisitLines(file, [&](int64_t number, std::string_view line) {
    if (record.empty()) first = number;
    record += line;
    // A value may go on in the next line.
    if (std::ranges::count(record, '"') % 2 == 1) {
      record += '\n';
      return true;
    }
    const std::vector<std::string> parts = SplitCsv(record, part.dialect.delimiter);
    record.clear();
    if (index < parts.size() && parts[index] == value) found = first;
    return found == 0;
  });
  return found;
}

}  // namespace cadenza::sources
