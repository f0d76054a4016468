#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/sql_text.h"

namespace cadenza::query {

/// `songplays at (version => 3)` or `silver.songplays at (timestamp => '2026-01-31 12:00')`.
struct TimeTravel {
  size_t first = 0;   ///< token where it begins
  size_t last = 0;    ///< token after it
  std::string table;  ///< with its layer, where one was given
  bool by_version = false;
  std::string value;
};

/// All of a query, from left to right; kUsage where the point in time is none.
Result<std::vector<TimeTravel>> FindTimeTravel(const engine::SqlText& sql);

/// The one that follows a quoted file name at token `relation`, if there is one.
Result<std::optional<TimeTravel>> TimeTravelAfter(const engine::SqlText& sql, size_t relation);

}  // namespace cadenza::query
