#pragma once

#include <string>
#include <vector>

namespace cadenza::dashboard {

/// SQL of the one row of days from when to when there are data, and which of them they cover
/// wholly: first_day, last_day, first_whole_day, last_whole_day.
inline constexpr const char* kDataSpan =
    "SELECT min(date) AS first_day, max(date) AS last_day, coalesce(min(date) FILTER (WHERE "
    "is_complete), max(date) + 1) AS first_whole_day, coalesce(max(date) FILTER (WHERE "
    "is_complete), min(date) - 1) AS last_whole_day FROM gold.days";

/// For which days and whom a tile is asked; an empty filter is all.
struct FilteredRequest {
  std::string from, to;     ///< 2025-07-01, both inclusive
  std::string grain;        ///< day, week, month: no other periods are computed
  bool has_window = false;  ///< the reader asked for these days; else they are the analysis window
  std::string country, plan, platform, device;

  bool asks_for_sessions() const { return !platform.empty() || !device.empty(); }
  bool has_filters() const { return asks_for_sessions() || !country.empty() || !plan.empty(); }
};

/// A relation of rows under the filters of a request, beside the lake's tables.
struct FilteredRelation {
  std::string name;                      ///< as a tile names it: filtered_retention
  std::string table;                     ///< of gold, that it is without filters; none: own rows
  bool is_of_window = false;             ///< that table is about the analysis window and no other
  std::vector<std::string> tables;       ///< that it always reads
  std::vector<std::string> more_tables;  ///< that it reads besides where it is computed
  std::vector<std::string> filters;      ///< that it takes
};
const std::vector<FilteredRelation>& FilteredRelations();

/// SQL of segments with their percents, of a SELECT of segment, listeners, sessions, engaged, paid:
/// the columns of filtered_countries, filtered_platforms and filtered_devices.
std::string SegmentPercentsSql(const std::string& select);

/// False where the table of gold answers the request as it stands.
bool IsComputed(const FilteredRelation& relation, const FilteredRequest& request);

/// SQL of the relation. A table of gold is computed by its own model from the sessions and the
/// customers that the filters let through: one definition for all of them and for some.
std::string FilteredSql(const FilteredRelation& relation, const FilteredRequest& request);

}  // namespace cadenza::dashboard
