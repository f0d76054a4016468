#include "dashboard/tile_answer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "dashboard/filtered_rows.h"
#include "dashboard/listener_counts.h"
#include "dashboard/metric_rows.h"
#include "http/reply.h"
#include "serve/json_rows.h"

namespace cadenza::dashboard {
namespace {

using engine::QuoteText;
using http::JsonText;

constexpr std::array kFilters = {"country", "plan", "platform", "device"};

bool IsDay(const std::string& text) {
  int year = 0;
  unsigned month = 0, day = 0;
  char more = 0;
  if (text.size() != 10 ||
      std::sscanf(text.c_str(), "%4d-%2u-%2u%c", &year, &month, &day, &more) != 3) {
    return false;
  }
  return std::chrono::year_month_day(std::chrono::year(year), std::chrono::month(month),
                                     std::chrono::day(day))
      .ok();
}

bool Exists(const query::LakeState& lake, std::string_view name) {
  const lake::Model* table = lake.FindTable(name);
  return table != nullptr && lake.Exists(*table);
}

/// SQL of a day: the one asked for, or the lake's own.
std::string DaySql(const std::string& day, const query::LakeState& lake, bool is_first) {
  if (!day.empty()) return "DATE " + QuoteText(day);
  if (Exists(lake, "kpi_summary")) {
    return fmt::format("(SELECT {} FROM kpi_summary)",
                       is_first ? "min(window_start)" : "max(window_end)");
  }
  if (Exists(lake, "songplays")) {
    return fmt::format("(SELECT CAST({}(start_time) AS DATE) FROM songplays)",
                       is_first ? "min" : "max");
  }
  return is_first ? "DATE '1990-01-01'" : "DATE '2100-12-31'";
}

/// The days that an answer is about.
struct Window {
  std::string from, to;
};

std::string RequestSql(const TileRequest& request, const query::LakeState& lake) {
  std::string sql = fmt::format("SELECT {} AS from_day, {} AS to_day, {} AS grain",
                                DaySql(request.from, lake, true), DaySql(request.to, lake, false),
                                QuoteText(request.grain));
  for (const char* name : kFilters) {
    const auto value = request.filters.find(name);
    sql += fmt::format(", CAST({} AS VARCHAR) AS {}",
                       value == request.filters.end() ? "NULL" : QuoteText(value->second), name);
  }
  return sql;
}

Result<Window> WindowOf(const TileRequest& request, query::Session* session) {
  if (!request.from.empty() && !request.to.empty()) return Window{request.from, request.to};
  CADENZA_ASSIGN(const query::Answer days,
                 session->Query("WITH request AS (" + RequestSql(request, *session->lake()) +
                                ") SELECT from_day, to_day FROM request"));
  if (days.rows.rows.empty()) return Window{};
  return Window{days.rows.Text(0, 0), days.rows.Text(0, 1)};
}

/// The tables as the run left them.
std::string LakeTablesSql(const query::LakeState& lake) {
  std::string rows;
  for (const lake::Model* table : lake.tables()) {
    if (!lake.Exists(*table)) continue;
    const lake::ManifestTable& state = lake.manifest().tables.at(table->name);
    rows += fmt::format("{}({}, {}, {}, {}, {})", rows.empty() ? "" : ", ", QuoteText(table->layer),
                        QuoteText(table->name), state.rows, state.version, state.run);
  }
  if (rows.empty()) rows = "(NULL, NULL, NULL, NULL, NULL) LIMIT 0";
  return fmt::format(
      "SELECT CAST(layer AS VARCHAR) AS layer, CAST(table_name AS VARCHAR) AS table_name, "
      "CAST(table_rows AS BIGINT) AS table_rows, CAST(version AS BIGINT) AS version, "
      "CAST(run AS BIGINT) AS run FROM (SELECT * FROM (VALUES {}) AS made(layer, table_name, "
      "table_rows, version, run)) AS listed",
      rows);
}

/// Empty: not filtered by it.
std::string FilterOf(const TileRequest& request, const char* name) {
  const auto value = request.filters.find(name);
  return value == request.filters.end() ? std::string() : value->second;
}

FilteredRequest FilteredOf(const TileRequest& request, const Window& window) {
  return {window.from,
          window.to,
          request.grain,
          !request.from.empty() || !request.to.empty(),
          FilterOf(request, "country"),
          FilterOf(request, "plan"),
          FilterOf(request, "platform"),
          FilterOf(request, "device")};
}

bool Names(const Tile& tile, std::string_view relation) {
  return tile.select.find(relation) != std::string::npos;
}

/// What metrics are asked for, in the window that the run itself would take where nobody says.
MetricRowsRequest MetricsOf(const TileRequest& request, const Window& window) {
  return {window.from,
          window.to,
          request.grain,
          FilterOf(request, "country"),
          FilterOf(request, "plan"),
          FilterOf(request, "platform"),
          FilterOf(request, "device")};
}

/// The tile's SELECT with the relations that it names beside the lake's tables.
Result<std::string> StatementOf(const Tile& tile, const TileRequest& request, const Window& window,
                                const serve::CustomerIndex* index, query::Session* session) {
  const query::LakeState& lake = *session->lake();
  std::string sql = "WITH request AS (" + RequestSql(request, lake) + ")";
  if (Names(tile, "lake_tables")) sql += ", lake_tables AS (" + LakeTablesSql(lake) + ")";
  if (Names(tile, "window_metrics")) {
    CADENZA_ASSIGN(const std::string rows,
                   WindowMetricsSql(MetricsOf(request, window), index, session));
    sql += ", window_metrics AS (" + rows + ")";
  }
  if (Names(tile, "period_metrics")) {
    CADENZA_ASSIGN(const std::string rows,
                   PeriodMetricsSql(MetricsOf(request, window), index, session));
    sql += ", period_metrics AS (" + rows + ")";
  }
  // A lake without a day has no window; the relations are there all the same, without rows.
  const Window days = window.from.empty() ? Window{"1970-01-01", "1970-01-01"} : window;
  for (const FilteredRelation& relation : FilteredRelations()) {
    if (!Names(tile, relation.name)) continue;
    const FilteredRequest asked = FilteredOf(request, days);
    std::optional<std::string> counted;
    if (index != nullptr && IsComputed(relation, asked)) {
      CADENZA_ASSIGN(counted, CountedSql(relation, asked, *index, session));
    }
    sql += fmt::format(", {} AS ({})", relation.name,
                       counted ? *counted : FilteredSql(relation, asked));
  }
  for (const std::string& name : tile.optional) {
    const lake::Model* table = lake.FindTable(name);
    if (table == nullptr || lake.Exists(*table)) continue;
    sql += fmt::format(", {} AS ({})", name, engine::EmptySelect(table->engine_columns()));
  }
  const bool has_own = tile.select.starts_with("WITH ");
  return sql + (has_own ? ", " + tile.select.substr(5) : "\n" + tile.select);
}

/// The tables of the tile, and those that filters need, that are not there.
std::string MissingTables(const Tile& tile, const TileRequest& request,
                          const query::LakeState& lake) {
  std::vector<std::string> needed = tile.tables;
  for (const FilteredRelation& relation : FilteredRelations()) {
    if (!Names(tile, relation.name) || !IsComputed(relation, FilteredOf(request, {}))) continue;
    needed.insert(needed.end(), relation.more_tables.begin(), relation.more_tables.end());
  }
  std::string missing;
  for (auto table = needed.begin(); table != needed.end(); ++table) {
    const bool is_optional = std::ranges::find(tile.optional, *table) != tile.optional.end();
    const bool is_told = std::find(needed.begin(), table, *table) != table;
    if (!is_optional && !is_told && !Exists(lake, *table)) {
      missing += (missing.empty() ? "" : ", ") + *table;
    }
  }
  // A tile may do without any one of its tables, and not without all of them.
  const bool has_any = std::ranges::any_of(
      tile.tables, [&](const std::string& table) { return Exists(lake, table); });
  if (missing.empty() && !has_any && !tile.tables.empty()) missing = tile.tables.front();
  return missing;
}

std::string MissingReason(const Tile& tile, const std::string& missing, const std::string& root) {
  std::string command = tile.makes.empty() ? "cadenza etl --out {lake}" : tile.makes;
  if (const size_t at = command.find("{lake}"); at != std::string::npos) {
    command.replace(at, 6, root);
  }
  return fmt::format("The lake has no {} {} yet. `{}` makes it.",
                     missing.find(',') == std::string::npos ? "table" : "tables", missing, command);
}

std::string NamesJson(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ",") + JsonText(name);
  return "[" + list + "]";
}

/// Lists where a value names several columns: {"x":"day","y":["sessions","listeners"]}.
std::string DrawJson(const Tile& tile) {
  std::string json;
  for (const auto& [key, value] : tile.draw) {
    std::string text = JsonText(value);
    if (key == "y" || key == "below") {
      std::vector<std::string> names;
      for (size_t at = 0; at <= value.size();) {
        const size_t comma = std::min(value.find(',', at), value.size());
        names.push_back(value.substr(at, comma - at));
        at = comma + 1;
      }
      text = NamesJson(names);
    } else if (!value.empty() && value.find_first_not_of("0123456789") == std::string::npos) {
      text = value;
    }
    json += (json.empty() ? "" : ",") + JsonText(key) + ":" + text;
  }
  return "{" + json + "}";
}

std::string ColumnsJson(const Tile& tile, const std::vector<engine::Column>& columns) {
  std::string json;
  for (const engine::Column& column : columns) {
    std::string meaning;
    for (const TileColumn& known : tile.columns) {
      if (known.name == column.name) meaning = known.meaning;
    }
    json += fmt::format(R"({}{{"name":{},"type":{},"meaning":{}}})", json.empty() ? "" : ",",
                        JsonText(column.name), JsonText(column.type), JsonText(meaning));
  }
  return "[" + json + "]";
}

std::string FiltersJson(const Tile& tile, const TileRequest& request) {
  std::vector<std::string> applied, not_applied;
  const auto sort = [&](const std::string& name) {
    const bool reads = std::ranges::find(tile.filters, name) != tile.filters.end();
    (reads ? applied : not_applied).push_back(name);
  };
  if (!request.from.empty()) sort("from");
  if (!request.to.empty()) sort("to");
  for (const auto& [name, value] : request.filters) sort(name);
  return fmt::format(R"({{"applied":{},"not_applied":{}}})", NamesJson(applied),
                     NamesJson(not_applied));
}

/// What the rows depend on: the request, and the versions of the tables behind the tile.
std::string CacheKey(const Tile& tile, const TileRequest& request, const query::LakeState& lake,
                     const serve::AsOf& as_of) {
  std::string key = fmt::format("{} {} {} {} {}", as_of.lakes_before, tile.name, request.from,
                                request.to, request.grain);
  for (const auto& [name, value] : request.filters) key += " " + name + "=" + JsonText(value);
  const auto add = [&](const std::string& table) {
    const auto found = lake.manifest().tables.find(table);
    key += fmt::format(" {}", found == lake.manifest().tables.end() ? 0 : found->second.run);
  };
  std::ranges::for_each(tile.tables, add);
  std::ranges::for_each(tile.more_tables, add);
  // The window where nobody says.
  add("kpi_summary");
  add("songplays");
  if (!Names(tile, "lake_tables")) return key;
  for (const auto& [table, state] : lake.manifest().tables) add(table);
  return key;
}

Result<TileRows> RowsOf(const Tile& tile, const TileRequest& request,
                        const serve::CustomerIndex* index, query::Session* session) {
  CADENZA_ASSIGN(const Window window, WindowOf(request, session));
  CADENZA_ASSIGN(const std::string statement, StatementOf(tile, request, window, index, session));
  CADENZA_ASSIGN(const query::Answer answer, session->Query(statement));
  serve::JsonRows json(answer.rows.columns);
  TileRows rows = {.columns = ColumnsJson(tile, answer.rows.columns)};
  for (const auto& row : answer.rows.rows) {
    rows.rows += (rows.rows.empty() ? "" : ",") + json.Row(row);
  }
  rows.notes = json.Notes();
  if (!window.from.empty()) {
    rows.window =
        fmt::format(R"({{"from":{},"to":{}}})", JsonText(window.from), JsonText(window.to));
  }
  return rows;
}

}  // namespace

Status TileRequest::Set(const std::string& name, const std::string& value) {
  if (name == "from" || name == "to") {
    if (!IsDay(value)) {
      return MakeError(ErrorKind::kUsage, "{} is no day such as 2025-07-01: {}", name, value);
    }
    (name == "from" ? from : to) = value;
    return {};
  }
  if (name == "grain") {
    if (value != "day" && value != "week" && value != "month") {
      return MakeError(ErrorKind::kUsage, "grain is day, week or month: {}", value);
    }
    grain = value;
    return {};
  }
  if (std::ranges::none_of(kFilters, [&](const char* known) { return name == known; })) {
    return MakeError(ErrorKind::kUsage,
                     "a tile takes from, to, grain, country, plan, platform and device, not {}",
                     name);
  }
  if (!value.empty()) filters[name] = value;
  return {};
}

Status TileRequest::Check() const {
  if (!from.empty() && !to.empty() && from > to) {
    return MakeError(ErrorKind::kUsage, "from is after to: {}", from + " to " + to);
  }
  return {};
}

Result<Span> SpanOf(query::Session* session) {
  const query::LakeState& lake = *session->lake();
  std::string sql = fmt::format("SELECT {}, {}", DaySql("", lake, true), DaySql("", lake, false));
  if (Exists(lake, "active_listeners")) {
    sql +=
        ", (SELECT min(period_start) FROM active_listeners WHERE period = 'day'), "
        "(SELECT max(period_start) FROM active_listeners WHERE period = 'day')";
  } else {
    sql += ", NULL, NULL";
  }
  if (!Exists(lake, "kpi_summary") && !Exists(lake, "songplays")) return Span{};
  CADENZA_ASSIGN(const query::Answer answer, session->Query(sql));
  if (answer.rows.rows.empty()) return Span{};
  const auto text = [&](size_t column) { return answer.rows.rows[0][column].value_or(""); };
  Span span{text(0), text(1), text(2), text(3)};
  if (span.first.empty()) span.first = span.from;
  if (span.last.empty()) span.last = span.to;
  return span;
}

Result<std::string> TileAnswer(query::Session* session, const Tile& tile,
                               const TileRequest& request, const serve::AsOf& as_of,
                               const serve::CustomerIndex* index, AnswerCache* cache) {
  CADENZA_TRY(request.Check());
  const query::LakeState& lake = *session->lake();
  TileRows shown = {.columns = ColumnsJson(tile, {})};
  std::string reason;
  if (const std::string missing = MissingTables(tile, request, lake); !missing.empty()) {
    reason = MissingReason(tile, missing, lake.root());
  } else {
    const auto compute = [&] { return RowsOf(tile, request, index, session); };
    CADENZA_ASSIGN(shown, cache == nullptr
                              ? compute()
                              : cache->Get(CacheKey(tile, request, lake, as_of), compute));
    if (shown.rows.empty()) {
      reason = tile.filters.empty()
                   ? "There is nothing of this in the lake."
                   : "No rows: nothing of this is in the window and under these filters.";
    }
  }
  return fmt::format(
      R"({{"tile":{},"title":{},"unit":{},"tells":{},"chart":{},"draw":{},"as_of":{},"window":{},)"
      R"("columns":{},"rows":[{}],"filters":{},"tables":{},"notes":{},"state":"{}","reason":{}}})",
      JsonText(tile.name), JsonText(tile.title), JsonText(tile.unit), JsonText(tile.tells),
      JsonText(tile.chart), DrawJson(tile), serve::AsOfJson(as_of), shown.window, shown.columns,
      shown.rows, FiltersJson(tile, request), NamesJson(tile.tables), shown.notes,
      shown.rows.empty() ? "empty" : "ok", reason.empty() ? "null" : JsonText(reason));
}

}  // namespace cadenza::dashboard
