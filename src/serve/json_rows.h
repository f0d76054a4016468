#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace cadenza::serve {

/// Rows as JSON: each an array of values in the order of the columns. Whole numbers beyond 2^53 are
/// texts, because readers of JSON would round them; NaN and infinity are null; times are RFC 3339
/// in UTC; what JSON has no form for is the engine's text.
class JsonRows {
 public:
  explicit JsonRows(std::vector<engine::Column> columns) : columns_(std::move(columns)) {}

  /// [1,"a",null]
  std::string Row(const std::vector<std::optional<std::string>>& values);
  /// {"n":1,"name":"a"}
  std::string Object(const std::vector<std::optional<std::string>>& values);
  /// What was not said as it is, one sentence a column, as a JSON array.
  std::string Notes() const;

 private:
  std::string Value(size_t column, const std::optional<std::string>& text);

  std::vector<engine::Column> columns_;
  std::set<size_t> not_finite_;
};

/// [{"name":…,"type":…}]
std::string ColumnsJson(const std::vector<engine::Column>& columns);

/// "2025-07-01 12:00:00.5+00", as the engine writes a time with zone, as "2025-07-01T12:00:00.5Z".
std::string Rfc3339(std::string text);

}  // namespace cadenza::serve
