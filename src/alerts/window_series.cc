#include "alerts/window_series.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "base/clock.h"

namespace cadenza::alerts {
namespace {

using engine::QuoteName;
using engine::QuoteText;

Result<std::set<std::string>> ColumnsOf(engine::Engine* engine, const std::string& relation) {
  CADENZA_ASSIGN(const std::vector<engine::Column> columns,
                 engine->Describe("SELECT * FROM " + QuoteName(relation)));
  std::set<std::string> names;
  for (const engine::Column& column : columns) names.insert(column.name);
  return names;
}

/// Which column the windows count in: sessions, or events where there are only those.
const char* CountedColumn(const std::set<std::string>& columns) {
  return columns.contains("events") && !columns.contains("sessions") ? "events" : "sessions";
}

Status CheckColumns(const std::set<std::string>& columns, const SeriesOptions& options) {
  std::vector<std::string> needed = {"window_start", "window_end", CountedColumn(columns)};
  if (!options.group_column.empty()) needed.push_back(options.group_column);
  for (const std::string& name : needed) {
    if (columns.contains(name)) continue;
    return MakeError(ErrorKind::kInput, "the windows have no column {} (there are {})", name,
                     fmt::join(columns, ", "));
  }
  return {};
}

std::string SelectRows(const std::string& relation, const std::set<std::string>& columns,
                       const SeriesOptions& options) {
  const std::string group =
      options.group_column.empty()
          ? "''"
          : fmt::format("{} || coalesce(CAST({} AS VARCHAR), 'null')",
                        QuoteText(options.group_column + "="), QuoteName(options.group_column));
  return fmt::format(
      "SELECT {} AS series, CAST(window_start AS TIMESTAMP WITH TIME ZONE) AS started,"
      " CAST(window_end AS TIMESTAMP WITH TIME ZONE) AS ended,"
      " CAST({} AS BIGINT) AS sessions, {} AS customers, {} AS is_final FROM {}",
      group, CountedColumn(columns),
      columns.contains("customers") ? "CAST(customers AS BIGINT)" : "-1",
      columns.contains("is_final") ? "CAST(is_final AS BOOLEAN)" : "TRUE", QuoteName(relation));
}

std::string SelectWindows(const std::string& rows, const SeriesOptions& options) {
  const std::string since =
      options.from_ms ? fmt::format("WHERE started >= timestamp_millis({})", *options.from_ms) : "";
  return fmt::format(
      "SELECT series, epoch_ms(started),"
      " epoch_ms(started AT TIME ZONE {}),"
      " CAST(min(epoch_ms(ended) - epoch_ms(started)) AS BIGINT), CAST(sum(sessions) AS BIGINT),"
      " CASE WHEN count(*) = 1 THEN min(customers) ELSE -1 END, bool_and(is_final) "
      "FROM ({}) AS windows {} GROUP BY series, started ORDER BY series, started",
      QuoteText(options.zone), rows, since);
}

/// The grid that all windows lie on.
struct Grid {
  int64_t first_ms = 0, last_ms = 0, final_ms = INT64_MIN, step_ms = 0, size_ms = 0;

  /// The first place on the grid at or after the moment.
  int64_t From(int64_t ms) const {
    const int64_t off = (ms - first_ms) % step_ms;
    return off == 0 ? ms : ms - off + (off > 0 ? step_ms : 0);
  }
};

/// When each series began, also where its first windows are not read.
Result<std::map<std::string, int64_t>> BeginningsOf(engine::Engine* engine,
                                                    const std::string& select) {
  CADENZA_ASSIGN(const engine::RowSet rows,
                 engine->Query("SELECT series, epoch_ms(min(started)) FROM (" + select +
                               ") AS windows GROUP BY series"));
  std::map<std::string, int64_t> beginnings;
  for (size_t r = 0; r < rows.rows.size(); ++r) beginnings[rows.Text(r, 0)] = rows.Number(r, 1);
  return beginnings;
}

Result<Grid> GridOf(const engine::RowSet& rows) {
  std::set<int64_t> starts;
  std::map<int64_t, int64_t> sizes;
  for (size_t r = 0; r < rows.rows.size(); ++r) {
    starts.insert(rows.Number(r, 1));
    ++sizes[rows.Number(r, 3)];
  }
  const auto by_count = [](const auto& a, const auto& b) { return a.second < b.second; };
  Grid grid;
  grid.first_ms = *starts.begin();
  grid.last_ms = *starts.rbegin();
  grid.size_ms = std::ranges::max_element(sizes, by_count)->first;
  for (size_t r = 0; r < rows.rows.size(); ++r) {
    if (rows.Text(r, 6) == "true") grid.final_ms = std::max(grid.final_ms, rows.Number(r, 1));
  }
  if (grid.size_ms <= 0) {
    return MakeError(ErrorKind::kInput, "windows that end where they start: {}",
                     MomentText(grid.first_ms));
  }
  int64_t least = grid.size_ms, before = grid.first_ms;
  for (const int64_t start : starts) {
    if (start > before) least = std::min(least, start - before);
    before = start;
  }
  // Windows that overlap hop by a part of their size.
  grid.step_ms = grid.size_ms % least == 0 ? least : grid.size_ms;
  for (const int64_t start : starts) {
    if ((start - grid.first_ms) % grid.step_ms == 0) continue;
    return MakeError(ErrorKind::kInput,
                     "alerts need windows of one size on one grid; off the grid of {} s is {}",
                     grid.step_ms / 1000, MomentText(start));
  }
  if (kDayMs % grid.step_ms != 0) {
    return MakeError(ErrorKind::kInput, "a day is no multiple of the windows' step of {} s",
                     grid.step_ms / 1000);
  }
  return grid;
}

void FillUntil(const Grid& grid, int64_t begin_ms, int64_t end_ms, int64_t offset_ms,
               Series* series) {
  int64_t next =
      series->windows.empty() ? begin_ms : series->windows.back().start_ms + grid.step_ms;
  for (; next < end_ms; next += grid.step_ms) {
    series->windows.push_back({next, next + offset_ms, 0, 0, true, false});
  }
}

}  // namespace

int64_t Series::end_ms() const { return windows.empty() ? 0 : windows.back().start_ms + step_ms; }

size_t Series::IndexFrom(int64_t start_ms) const {
  if (windows.empty() || start_ms <= windows.front().start_ms) return 0;
  const int64_t steps = (start_ms - windows.front().start_ms + step_ms - 1) / step_ms;
  return std::min(static_cast<size_t>(steps), windows.size());
}

namespace {

/// Where a value of a CSV file is no time, its line is told.
Status CheckTimes(engine::Engine* engine, const std::string& path) {
  const std::string texts = fmt::format(
      "SELECT row_number() OVER () + 1 AS line, * FROM read_csv({}, all_varchar = true)",
      QuoteText(path));
  CADENZA_ASSIGN(const std::vector<engine::Column> columns, engine->Describe(texts));
  for (const char* column : {"window_start", "window_end"}) {
    if (std::ranges::count(columns, column, &engine::Column::name) == 0) continue;
    CADENZA_ASSIGN(
        const engine::RowSet wrong,
        engine->Query(fmt::format("SELECT line, {0} FROM ({1}) AS texts WHERE {0} IS NOT NULL AND "
                                  "TRY_CAST({0} AS TIMESTAMP WITH TIME ZONE) IS NULL ORDER BY line "
                                  "LIMIT 1",
                                  column, texts)));
    if (wrong.rows.empty()) continue;
    return MakeError(ErrorKind::kInput, "{}, line {}: {} is no time: {}", path, wrong.Number(),
                     column, wrong.Text(0, 1));
  }
  return {};
}

}  // namespace

Status BindWindowFile(engine::Engine* engine, const std::string& name, const std::string& path) {
  if (!std::filesystem::exists(path)) {
    return MakeError(ErrorKind::kNotFound, "no such file of windows: {}", path);
  }
  const std::string ending = std::filesystem::path(path).extension();
  if (ending != ".parquet" && ending != ".csv") {
    return MakeError(ErrorKind::kUsage, "windows are read from .parquet or .csv, not: {}", path);
  }
  return engine->BindQuery(
      name, fmt::format("SELECT * FROM {}({})", ending == ".parquet" ? "read_parquet" : "read_csv",
                        QuoteText(path)));
}

Error ExplainWindowFile(engine::Engine* engine, const std::string& path, const Error& failure) {
  if (failure.kind == ErrorKind::kInterrupted || !path.ends_with(".csv")) return failure;
  const Status times = CheckTimes(engine, path);
  return times.ok() ? failure : times.error();
}

Result<std::vector<Series>> ReadSeries(engine::Engine* engine, const std::string& relation,
                                       const SeriesOptions& options) {
  CADENZA_ASSIGN(const std::set<std::string> columns, ColumnsOf(engine, relation));
  CADENZA_TRY(CheckColumns(columns, options));
  const std::string select = SelectRows(relation, columns, options);
  CADENZA_ASSIGN(const engine::RowSet rows, engine->Query(SelectWindows(select, options)));
  std::vector<Series> all;
  if (rows.rows.empty()) return all;
  CADENZA_ASSIGN(const Grid grid, GridOf(rows));
  CADENZA_ASSIGN(const auto beginnings, BeginningsOf(engine, select));
  const int64_t end_ms = grid.last_ms + grid.step_ms;
  int64_t offset_ms = 0;
  for (size_t r = 0; r < rows.rows.size(); ++r) {
    const std::string name = rows.Text(r, 0);
    const int64_t start = rows.Number(r, 1);
    if (all.empty() || all.back().name != name) {
      if (!all.empty()) FillUntil(grid, 0, end_ms, offset_ms, &all.back());
      all.push_back({name, grid.step_ms, grid.size_ms, grid.final_ms, {}});
      all.back().counted = CountedColumn(columns);
    }
    offset_ms = rows.Number(r, 2) - start;
    const int64_t began_ms = beginnings.at(name);
    const int64_t begin_ms = grid.From(std::max(began_ms, options.from_ms.value_or(began_ms)));
    FillUntil(grid, begin_ms, start, offset_ms, &all.back());
    all.back().windows.push_back({start, start + offset_ms, rows.Number(r, 4), rows.Number(r, 5),
                                  rows.Text(r, 6) == "true", true});
  }
  FillUntil(grid, 0, end_ms, offset_ms, &all.back());
  return all;
}

std::string MomentText(int64_t ms) { return UtcText(ms, "%Y-%m-%d %H:%M"); }

}  // namespace cadenza::alerts
