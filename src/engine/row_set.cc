#include <cstdlib>

#include "decode/utf8.h"
#include "engine/engine.h"
#include "engine/event_key.h"
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

std::string QuotePaths(const std::vector<std::string>& paths) {
  std::string list;
  for (const std::string& path : paths) list += (list.empty() ? "" : ", ") + QuotePath(path);
  return list;
}

std::string PartitionFolder(const std::string& column, const std::optional<std::string>& value) {
  constexpr size_t kNameBytesMax = 255;
  constexpr size_t kHashBytes = 17;
  std::string name = column + "=";
  if (!value) return name + "__HIVE_DEFAULT_PARTITION__";
  size_t end_max = 0;  // of what can stay when the name is too long
  for (const char c : *value) {
    if (name.size() + kHashBytes <= kNameBytesMax) end_max = name.size();
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || (c >= '0' && c <= '9') || std::string_view("-_.~").find(c) != std::string::npos) {
      name += c;
    } else {
      name += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  if (name.size() <= kNameBytesMax) return name;
  return fmt::format("{}~{:016x}", name.substr(0, end_max), HashText(*value));
}

Status CheckPath(std::string_view path) {
  if (!decode::IsUtf8(path)) {
    return MakeError(ErrorKind::kInput, "the path is no UTF-8; rename what it names: {}",
                     decode::ReplaceInvalidUtf8(path));
  }
  const bool has_pattern = path.find_first_of("*?[") != std::string_view::npos;
  const bool has_backslash = path.find('\\') != std::string_view::npos;
  if (s3::IsAddress(path) && (has_pattern || has_backslash)) {
    return MakeError(ErrorKind::kInput,
                     "tables on S3 cannot be read under a name with *, ?, [ or \\: {}", path);
  }
  if (has_pattern && has_backslash) {
    return MakeError(ErrorKind::kInput,
                     "a table cannot be read under a path that has \\ and one of *, ?, [: {}",
                     path);
  }
  return {};
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
  if (file.starts_with("file:///")) return file.substr(7);
  if (file.starts_with("file:/")) return file.substr(5);
  if (file.starts_with("s3a://")) return "s3" + file.substr(3);
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
