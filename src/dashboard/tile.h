#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cadenza::dashboard {

struct TileColumn {
  std::string name;
  std::string type;
  std::string meaning;
};

/// One file of models/tiles/: what a tile of the dashboard shows, and the SELECT that gives it.
struct Tile {
  std::string name;
  std::string title;
  std::string tells;
  std::string unit;
  std::string page;                         ///< overview, live, …; none: for the page's own use
  int place = 0;                            ///< order on the page
  std::string size = "half";                ///< full, wide, half, third
  std::string chart;                        ///< of dashboard/charts/, or cards, or table
  std::string click;                        ///< the filter that a click sets; may be empty
  std::string makes;                        ///< the command that makes its tables
  bool for_analysts = false;                ///< it shows single listeners, or lines of the source
  bool on_report = false;                   ///< `cadenza report` prints it
  std::map<std::string, std::string> draw;  ///< what the chart is told: x, y, series, complete, …
  std::vector<TileColumn> columns;
  std::string select;
  std::vector<std::string> tables;    ///< that the SELECT reads
  std::vector<std::string> optional;  ///< of these, the ones that count as empty where they are not
  std::vector<std::string> filters;   ///< that the SELECT takes from `request`
  std::vector<std::string> more_tables;  ///< that it reads besides where something is filtered
};

/// All tiles that the program carries, by page and place. Parsed once.
const std::vector<Tile>& Tiles();
/// nullptr when there is none of that name.
const Tile* FindTile(std::string_view name);

/// The grammar of a header, one `-- ` line each:
///   <name>: <title>
///   tells: … | unit: … | page: … | place: 10 | size: full|wide|half|third | chart: …
///   draw: x=day y=sessions,listeners | click: country | makes: cadenza … | for: analysts
///   report: yes | optional: a, b (tables that count as empty where they are not)
///   columns:, then lines of `  <column> <TYPE>: <meaning>`
/// Other comment lines are remarks. The SELECT may name the relations `request` (one row: from_day,
/// to_day, grain, country, plan, platform, device) and `lake_tables` (a row for each table: layer,
/// table_name, table_rows, version, run), `window_metrics` and `period_metrics` (metric_rows.h),
/// `filtered_day_counts` (date, sessions, listeners), `filtered_countries`, `filtered_platforms`
/// and `filtered_devices` (as engagement_by_segment, without the dimension): the sessions of the
/// window that the filters let through; `filtered_plays`: those rows of songplays;
/// `filtered_retention`, `filtered_stickiness`, `filtered_lifecycle`, `filtered_conversion`,
/// `filtered_funnel` and `filtered_listening`: these tables of gold, of the customers whom the
/// filters leave. kInput names the line at fault.
Result<Tile> ParseTile(std::string_view text);

}  // namespace cadenza::dashboard
