#include "serve/result_text.h"

#include <set>

namespace cadenza::serve {
namespace {

std::vector<engine::Column> WithOwnNames(std::vector<engine::Column> columns) {
  std::set<std::string> names;
  for (engine::Column& column : columns) {
    const std::string name = column.name;
    for (int n = 1; !names.insert(column.name).second; ++n)
      column.name = fmt::format("{}_{}", name, n);
  }
  return columns;
}

std::string CsvValue(const std::optional<std::string>& value) {
  if (!value) return "";
  if (!value->empty() && value->find_first_of(",\"\r\n") == std::string::npos) return *value;
  std::string quoted = "\"";
  for (const char c : *value) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string CsvLine(const std::vector<std::optional<std::string>>& values) {
  std::string line;
  for (size_t c = 0; c < values.size(); ++c) line += (c == 0 ? "" : ",") + CsvValue(values[c]);
  return line + "\r\n";
}

}  // namespace

ResultText::ResultText(std::string format, std::string as_of, std::vector<engine::Column> columns)
    : format_(std::move(format)),
      as_of_(std::move(as_of)),
      columns_(WithOwnNames(std::move(columns))),
      json_(columns_) {}

std::string ResultText::Begin() const {
  if (format_ == "ndjson") return "";
  if (format_ == "json") {
    return fmt::format(R"({{"as_of":{},"columns":{},"rows":[)", as_of_, ColumnsJson(columns_));
  }
  std::vector<std::optional<std::string>> names;
  for (const engine::Column& column : columns_) names.emplace_back(column.name);
  return CsvLine(names);
}

std::string ResultText::Row(const std::vector<std::optional<std::string>>& values) {
  if (format_ == "ndjson") return json_.Object(values) + "\n";
  if (format_ == "json") return (rows_++ == 0 ? "" : ",") + json_.Row(values);
  std::vector<std::optional<std::string>> texts = values;
  for (size_t c = 0; c < texts.size(); ++c) {
    if (texts[c] && columns_[c].type == "TIMESTAMP WITH TIME ZONE") texts[c] = Rfc3339(*texts[c]);
  }
  return CsvLine(texts);
}

std::string ResultText::End(bool is_cut) const {
  if (format_ != "json") return "";
  return fmt::format(R"(],"is_cut":{},"notes":{}}})", is_cut, json_.Notes());
}

std::string ContentTypeOf(const std::string& format) {
  if (format == "csv") return "text/csv; charset=utf-8";
  if (format == "ndjson") return "application/x-ndjson";
  return format == "arrow" ? "application/vnd.apache.arrow.stream" : "application/json";
}

}  // namespace cadenza::serve
