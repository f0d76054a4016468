#include <cstdlib>

#include "engine/engine.h"
#include "storage/s3/address.h"

namespace cadenza::engine {

int64_t RowSet::Number(size_t row, size_t column) const {
  if (row >= rows.size() || !rows[row][column]) return 0;
  return std::strtoll(rows[row][column]->c_str(), nullptr, 10);
}

std::string RowSet::Text(size_t row, size_t column) const {
  if (row >= rows.size()) return "";
  return rows[row][column].value_or("");
}

namespace {
std::string Quote(std::string_view text, char quote) {
  std::string quoted(1, quote);
  for (char c : text) {
    if (c == quote) quoted += quote;
    quoted += c;
  }
  quoted += quote;
  return quoted;
}
}  // namespace

std::string QuoteText(std::string_view text) { return Quote(text, '\''); }
std::string QuoteName(std::string_view name) { return Quote(name, '"'); }

std::string QuotePath(std::string_view path) {
  std::string literal;
  for (const char c : path) {
    const bool is_special = c == '*' || c == '?' || c == '[';
    literal += is_special ? std::string("[") + c + "]" : std::string(1, c);
  }
  return QuoteText(literal);
}

std::string EmptySelect(const std::vector<Column>& columns) {
  std::string list;
  for (const Column& column : columns) {
    list += fmt::format("{}CAST(NULL AS {}) AS {}", list.empty() ? "" : ", ", column.type,
                        QuoteName(column.name));
  }
  return "SELECT " + list + " WHERE false";
}

std::string FileRelation::PathOf(const std::string& file) const {
  return file.starts_with('/') || s3::IsAddress(file) ? file : folder + "/" + file;
}

std::string NameList(const std::vector<Column>& columns) {
  std::string list;
  for (const Column& column : columns) list += (list.empty() ? "" : ", ") + QuoteName(column.name);
  return list;
}

std::string NameList(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + QuoteName(name);
  return list;
}

std::string AnyIsNull(const std::vector<std::string>& names) {
  std::string condition;
  for (const std::string& name : names) {
    condition += (condition.empty() ? "" : " OR ") + QuoteName(name) + " IS NULL";
  }
  return condition;
}

}  // namespace cadenza::engine
