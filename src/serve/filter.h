#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"

namespace cadenza::serve {

/// What is wrong with a text, and where: the place counts bytes from 0.
struct TextFault {
  std::string message;
  int64_t position = 0;
};

/// A condition of somebody on the rows of a table, made into SQL that names nothing but the table's
/// columns and constants of their types:
///
///   condition  = term {"or" term}            term = factor {"and" factor}
///   factor     = "not" factor | "(" condition ")" | comparison
///   comparison = column ("=" | "!=" | "<>" | "<" | "<=" | ">" | ">=") value
///              | column ["not"] "in" "(" value {"," value} ")"
///              | column ["not"] "like" 'text'
///              | column ["not"] "between" value "and" value
///              | column "is" ["not"] "null"
///   value      = number | 'text' | true | false            a column may stand in "quotes"
///
/// E.g. `plays > 3 and country in ('DE', 'FR')`. At most 32 levels and 200 comparisons.
Result<std::string> FilterSql(std::string_view text, const std::vector<engine::Column>& columns,
                              TextFault* fault);

}  // namespace cadenza::serve
