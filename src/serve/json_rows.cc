#include "serve/json_rows.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "http/reply.h"

namespace cadenza::serve {
namespace {

using http::JsonText;

constexpr int64_t kExactMax = int64_t{1} << 53;

bool IsOneOf(const std::string& type, std::initializer_list<const char*> names) {
  return std::ranges::any_of(names, [&](const char* name) { return type == name; });
}

bool IsWhole(const std::string& type) {
  return IsOneOf(type, {"BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UBIGINT", "UINTEGER",
                        "USMALLINT", "UTINYINT", "HUGEINT", "UHUGEINT"});
}

bool IsFinite(const std::string& number) {
  return number.find_first_not_of("0123456789+-.eE") == std::string::npos;
}

std::string WholeNumber(const std::string& text) {
  const bool fits =
      text.size() < 19 && std::llabs(std::strtoll(text.c_str(), nullptr, 10)) <= kExactMax;
  return fits ? text : JsonText(text);
}

}  // namespace

std::string Rfc3339(std::string text) {
  const bool has_time = text.size() >= 19 && text[10] == ' ';
  if (!has_time) return text;
  text[10] = 'T';
  if (text.ends_with("+00")) text.resize(text.size() - 3);
  return text + "Z";
}

std::string JsonRows::Value(size_t column, const std::optional<std::string>& text) {
  if (!text) return "null";
  const std::string& type = columns_[column].type;
  if (IsWhole(type)) return WholeNumber(*text);
  if (type == "BOOLEAN") return *text;
  if (IsOneOf(type, {"DOUBLE", "FLOAT"})) {
    if (IsFinite(*text)) return *text;
    not_finite_.insert(column);
    return "null";
  }
  // A decimal has as many digits as it says; those of a double are fewer than 16.
  if (type.starts_with("DECIMAL")) return text->size() <= 15 ? *text : JsonText(*text);
  if (type == "TIMESTAMP WITH TIME ZONE") return JsonText(Rfc3339(*text));
  return JsonText(*text);
}

std::string JsonRows::Row(const std::vector<std::optional<std::string>>& values) {
  std::string row = "[";
  for (size_t c = 0; c < values.size(); ++c) row += (c == 0 ? "" : ",") + Value(c, values[c]);
  return row + "]";
}

std::string JsonRows::Object(const std::vector<std::optional<std::string>>& values) {
  std::string row = "{";
  for (size_t c = 0; c < values.size(); ++c) {
    row += (c == 0 ? "" : ",") + JsonText(columns_[c].name) + ":" + Value(c, values[c]);
  }
  return row + "}";
}

std::string JsonRows::Notes() const {
  std::string notes = "[";
  for (const size_t column : not_finite_) {
    notes += (notes.size() > 1 ? "," : "") +
             JsonText(columns_[column].name + ": NaN and infinity are null here");
  }
  return notes + "]";
}

std::string ColumnsJson(const std::vector<engine::Column>& columns) {
  std::string list = "[";
  for (const engine::Column& column : columns) {
    list += fmt::format("{}{{\"name\":{},\"type\":{}}}", list.size() > 1 ? "," : "",
                        JsonText(column.name), JsonText(column.type));
  }
  return list + "]";
}

}  // namespace cadenza::serve
