#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "dashboard/answer_cache.h"
#include "dashboard/tile.h"
#include "query/session.h"
#include "serve/customer_index.h"
#include "serve/runs.h"

namespace cadenza::dashboard {

/// What a reader asks of a tile: the window's first and last day (inclusive; empty: the analysis
/// window, or all data), a grain, and filters on what listeners have in common.
struct TileRequest {
  std::string from, to;  ///< 2025-07-01
  std::string grain = "week";
  std::map<std::string, std::string> filters;  ///< country, plan, platform, device

  /// kUsage for a day that is none, an end before the start, another grain, another name.
  Status Set(const std::string& name, const std::string& value);
  Status Check() const;
};

/// The days that a tile of this run is about when nobody says.
struct Span {
  std::string from, to;     ///< the analysis window
  std::string first, last;  ///< of the data
};
Result<Span> SpanOf(query::Session* session);

/// {"tile", "title", "unit", "tells", "chart", "draw", "as_of", "window", "columns", "rows",
/// "filters": {"applied", "not_applied"}, "tables", "state": "ok" or "empty", "reason"}
/// A tile whose tables are not there is empty, and the reason names the command that makes them.
/// `index` makes metrics of any window quick; nullptr: they are counted by SQL. Rows that `cache`
/// has of the same request on the same versions of the tile's tables are not computed again.
Result<std::string> TileAnswer(query::Session* session, const Tile& tile,
                               const TileRequest& request, const serve::AsOf& as_of,
                               const serve::CustomerIndex* index = nullptr,
                               AnswerCache* cache = nullptr);

}  // namespace cadenza::dashboard
