#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"

namespace cadenza::engine {

/// How the rows of a table become lines such as raw files have.
struct RowLinesQuery {
  std::string select;             ///< one text a row, in the order of the relation
  std::vector<std::string> keys;  ///< of each line; raw ones as they are in raw files
  bool has_instants = false;      ///< ts is a time: the lines have milliseconds
};

/// A query that gives each row of the relation as a JSON object. Columns get the keys that raw
/// records have (user_id, userid and userId are one; ts_ms is ts), others keep their names. Times
/// under ts and registration become milliseconds. `text_columns` are columns whose values are text
/// for want of a type, such as those of folder names (level=paid): a number is written as one where
/// a raw record has a number. NULL is null. A double that JSON cannot hold is its text.
RowLinesQuery MakeRowLinesQuery(const std::string& relation, const std::vector<Column>& columns,
                                const std::vector<std::string>& text_columns);

}  // namespace cadenza::engine
