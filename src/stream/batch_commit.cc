#include "stream/batch_commit.h"

#include <algorithm>
#include <set>

#include "base/clock.h"
#include "delta/partition_value.h"
#include "engine/row_counter.h"
#include "stream/relations.h"

namespace cadenza::stream {
namespace {

using engine::QuoteText;

/// What windows count, as the operator calls it; with _per_min behind it, its rate.
constexpr const char* kCountColumn = "sessions";
/// So many small files of a table are made one.
constexpr size_t kSmallFiles = 32;
constexpr int64_t kSmallBytes = int64_t{4} << 20;
/// Files of the state are merged with their like, so that each row is rewritten a few times only.
constexpr size_t kTierFiles = 8;
constexpr int64_t kTierRows = 4096;
/// Files of more than two million rows are let be: what reads them passes over most row groups, and
/// merging eight of them would take the time of a batch many times as large.
constexpr int kTierMax = 3;

int TierOf(int64_t rows) {
  int tier = 0;
  for (int64_t limit = kTierRows; rows > limit; limit *= static_cast<int64_t>(kTierFiles)) ++tier;
  return tier;
}

std::string ColumnNames(const lake::Model& model, const std::string& prefix = "") {
  std::string names;
  for (const lake::ModelColumn& column : model.columns) {
    names += (names.empty() ? "" : ", ") + prefix + engine::QuoteName(column.name);
  }
  return names;
}

/// stream_state of what was counted.
std::vector<engine::CountColumn> CountedColumns(const WindowSettings& settings) {
  using enum engine::CountColumn::Kind;
  std::vector<engine::CountColumn> columns = {
      {.name = "window_start", .kind = kTime},
      {.name = "window_end", .kind = kTime, .plus = settings.window.pane_us()}};
  for (int g = 1; g <= kGroupsMax; ++g) {
    const int text = g <= settings.groups ? g : 0;
    columns.push_back(
        {.name = fmt::format("group_{}", g), .kind = kText, .text = static_cast<size_t>(text)});
  }
  columns.push_back(
      {.name = "customer_id", .kind = kText, .text = static_cast<size_t>(settings.groups) + 1});
  columns.push_back({.name = "events", .kind = kRows});
  return columns;
}

std::string TimeSql(std::optional<int64_t> us) {
  return us ? fmt::format("make_timestamptz(CAST({} AS BIGINT))", *us)
            : "CAST(NULL AS TIMESTAMP WITH TIME ZONE)";
}

}  // namespace

int64_t BatchRecord::quarantined_lines() const {
  int64_t sum = 0;
  for (const decode::LineCounts& part : counts) sum += part.quarantined_lines;
  return sum;
}

BatchCommit::BatchCommit(lake::Lake* lake, lake::Run* run, const std::string& stream,
                         const lake::Model* windows, const WindowOperator& windowing)
    : lake_(lake),
      run_(run),
      engine_(&lake->engine()),
      stream_(stream),
      windows_(windows),
      windowing_(windowing) {}

Status BatchCommit::Stage(const BatchRecord& record) {
  batch_ = record.plan->batch;
  if (windows_) CADENZA_TRY(StageWindows(*record.effect));
  CADENZA_TRY(StageState(*record.effect));
  CADENZA_TRY(StageLate(record));
  CADENZA_TRY(StageLateness(record));
  CADENZA_TRY(StageQuarantine(record));
  CADENZA_TRY(StageFiles(record));
  return StageBatch(record);
}

Status BatchCommit::Put(const lake::Model& model, const lake::TableState& before,
                        lake::TableChange change) {
  if (before.exists && change.empty()) return {};
  change.operation = change.removed.empty() ? "STREAMING UPDATE" : "WRITE";
  change.recorded = {{"cadenza.stream." + stream_, batch_}};
  run_->Stage(model, before, model.partition_columns, std::move(change));
  return {};
}

Status BatchCommit::Append(const lake::Model& model, const std::string& select) {
  CADENZA_ASSIGN(const lake::TableState before, lake_->Load(model));
  lake::TableChange change;
  std::string rows = select;
  std::set<std::string> small;
  for (const auto& [path, file] : before.files) {
    if (file.size_bytes < kSmallBytes) small.insert(path);
  }
  if (!select.empty() && small.size() >= kSmallFiles) {
    CADENZA_TRY(engine_->BindFiles(
        "small_files_before",
        before.RelationOf([&](const delta::AddFile& file) { return small.contains(file.path); })));
    rows = fmt::format("SELECT {0} FROM small_files_before UNION ALL SELECT {0} FROM ({1}) AS n",
                       ColumnNames(model), select);
    change.removed.assign(small.begin(), small.end());
  }
  if (!rows.empty()) {
    CADENZA_ASSIGN(change.added, engine_->Write(run_->Request(model, {}, rows)));
  }
  return Put(model, before, std::move(change));
}

/// Files that hold a row which is replaced are written anew, the others are let be.
Status BatchCommit::StageWindows(const BatchEffect& effect) {
  CADENZA_ASSIGN(const lake::TableState before, lake_->Load(*windows_));
  lake::TableChange change;
  if (effect.windows > 0) {
    constexpr const char* kPath = "_file_of_row";
    engine::FileRelation relation = before.Relation();
    relation.path_column = kPath;
    CADENZA_TRY(engine_->BindFiles("windows_before", relation));
    CADENZA_ASSIGN(const engine::RowSet span,
                   engine_->Query(fmt::format("SELECT epoch_us(min(window_start)), "
                                              "epoch_us(max(window_end)) FROM {}",
                                              kWindows)));
    const std::string near =
        fmt::format("window_start >= make_timestamptz({}) AND window_start < make_timestamptz({})",
                    span.Number(0, 0), span.Number(0, 1));
    // The table has the groups, and what it counts, under the names of their columns.
    std::string named, numbered;
    const size_t groups = static_cast<size_t>(windowing_.settings().groups);
    const std::string& counted = windows_->columns[groups + 2].name;
    if (counted != kCountColumn) {
      named = fmt::format(", {0} AS {1}, {0}_per_min AS {1}_per_min", kCountColumn, counted);
    }
    for (size_t g = 1; g <= groups; ++g) {
      const std::string name = engine::QuoteName(windows_->columns[g + 1].name);
      named += fmt::format(", group_{} AS {}", g, name);
      numbered += fmt::format(", {} AS group_{}", name, g);
    }
    std::set<std::string> removed;
    if (!before.files.empty()) {
      CADENZA_ASSIGN(
          const engine::RowSet paths,
          engine_->Query(fmt::format("SELECT DISTINCT {} FROM (SELECT *{} FROM "
                                     "windows_before WHERE {}) AS b SEMI JOIN {} AS n ON "
                                     "{}",
                                     kPath, numbered, near, kWindows, windowing_.Replaces())));
      for (size_t r = 0; r < paths.rows.size(); ++r) removed.insert(paths.Text(r));
    }
    size_t small = 0;
    for (const auto& [path, file] : before.files) small += file.size_bytes < kSmallBytes ? 1 : 0;
    if (small >= kSmallFiles) {
      for (const auto& [path, file] : before.files) {
        if (file.size_bytes < kSmallBytes) removed.insert(path);
      }
    }
    std::string select = fmt::format("SELECT {} FROM (SELECT *{} FROM {}) AS n",
                                     ColumnNames(*windows_), named, kWindows);
    if (!removed.empty()) {
      relation = before.RelationOf(
          [&](const delta::AddFile& file) { return removed.contains(file.path); });
      CADENZA_TRY(engine_->BindFiles("windows_rewritten", relation));
      select += fmt::format(
          " UNION ALL SELECT {} FROM (SELECT *{} FROM windows_rewritten) AS b ANTI JOIN {} AS n ON "
          "{}",
          ColumnNames(*windows_), numbered, kWindows, windowing_.Replaces());
    }
    engine::WriteRequest request = run_->Request(*windows_, {}, select + " ORDER BY window_start");
    request.ordered = true;
    CADENZA_ASSIGN(change.added, engine_->Write(request));
    change.removed.assign(removed.begin(), removed.end());
  }
  return Put(*windows_, before, std::move(change));
}

Status BatchCommit::StageState(const BatchEffect& effect) {
  const lake::Model& model = *lake_->FindTable("stream_state");
  CADENZA_ASSIGN(const lake::TableState before, lake_->Load(model));
  const auto is_ours = [&](const delta::AddFile& file) {
    return delta::PartitionValue(file.partition_values, "stream") == stream_;
  };
  std::map<int, std::vector<std::string>> tiers;
  for (const auto& [path, file] : before.files) {
    if (is_ours(file)) tiers[TierOf(lake::RowsOf(file))].push_back(path);
  }
  std::string groups;
  for (int g = 1; g <= kGroupsMax; ++g) {
    groups += g <= windowing_.settings().groups
                  ? fmt::format(", group_{}", g)
                  : fmt::format(", CAST(NULL AS VARCHAR) AS group_{}", g);
  }
  std::string select = fmt::format(
      "SELECT make_timestamptz(pane_us) AS window_start, make_timestamptz(end_us) AS window_end{}, "
      "customer_id, events FROM {}",
      groups, kArrived);
  lake::TableChange change;
  for (const auto& [tier, paths] : tiers) {
    if (paths.size() < kTierFiles || tier > kTierMax) continue;
    change.removed.insert(change.removed.end(), paths.begin(), paths.end());
  }
  if (!change.removed.empty()) {
    const std::set<std::string> removed(change.removed.begin(), change.removed.end());
    CADENZA_TRY(
        engine_->BindFiles("state_merged", before.RelationOf([&](const delta::AddFile& file) {
          return removed.contains(file.path);
        })));
    std::string columns = "window_start, window_end";
    for (int g = 1; g <= kGroupsMax; ++g) columns += fmt::format(", group_{}", g);
    columns += ", customer_id";
    select = fmt::format(
        "SELECT {0}, CAST(sum(events) AS BIGINT) AS events FROM (SELECT {0}, events FROM "
        "state_merged WHERE {1} UNION ALL {2}) AS merged GROUP BY {0}",
        columns, windowing_.StillNeeded(effect.watermark), select);
  }
  if (effect.state_rows > 0 || !change.removed.empty()) {
    // In the order of the windows: a correction then reads a few row groups.
    const bool is_ordered = effect.state_is_ordered && change.removed.empty();
    engine::WriteRequest request =
        run_->Request(model, {}, select + (is_ordered ? "" : " ORDER BY window_start"));
    request.ordered = !is_ordered;
    request.subfolder += (request.subfolder.empty() ? "" : "/") + ("stream=" + stream_);
    engine::RowCounter* counter = engine::CounterOf(engine_);
    const bool is_counted = counter && !effect.counted.empty() && change.removed.empty();
    CADENZA_ASSIGN(change.added, is_counted
                                     ? counter->WriteCounts(effect.counted, request,
                                                            CountedColumns(windowing_.settings()))
                                     : engine_->Write(request));
    for (engine::WrittenFile& file : change.added) file.partition_values["stream"] = stream_;
  }
  return Put(model, before, std::move(change));
}

Status BatchCommit::StageLate(const BatchRecord& record) {
  const lake::Model& model = *lake_->FindTable("late_events");
  if (record.effect->late_rows == 0) return Append(model, "");
  std::string values = "CAST(NULL AS VARCHAR)";
  if (windowing_.settings().groups > 0) {
    std::string list;
    for (int g = 1; g <= windowing_.settings().groups; ++g) {
      list += fmt::format("{}group_{}", list.empty() ? "" : ", ", g);
    }
    values = fmt::format("CAST(to_json([{}]) AS VARCHAR)", list);
  }
  return Append(
      model,
      fmt::format("SELECT {} AS stream, CAST({} AS BIGINT) AS batch, "
                  "make_timestamptz(window_start_us) AS window_start, "
                  "make_timestamptz(window_end_us) AS window_end, make_timestamptz(event_us) AS "
                  "event_time, CAST({} - event_us AS DOUBLE) / 1000000 AS delay_seconds, "
                  "customer_id, {} AS group_values, _file, _offset, corrected FROM {}",
                  QuoteText(stream_), batch_, record.newest_before_us, values, kLateRows));
}

Status BatchCommit::StageLateness(const BatchRecord& record) {
  std::string select;
  for (const auto& [delay_us, events] : record.effect->late_at_delay) {
    select += fmt::format(
        "{}SELECT {} AS stream, CAST({} AS BIGINT) AS batch, CAST({} AS BIGINT) AS delay_seconds, "
        "CAST({} AS BIGINT) AS late",
        select.empty() ? "" : " UNION ALL ", QuoteText(stream_), batch_, delay_us / 1'000'000,
        events);
  }
  return Append(*lake_->FindTable("stream_lateness"), select);
}

/// A line that the main job quarantined before is not there twice.
Status BatchCommit::StageQuarantine(const BatchRecord& record) {
  const lake::Model& model = *lake_->FindTable("quarantine");
  if (record.quarantined.empty()) return Append(model, "");
  CADENZA_ASSIGN(const lake::TableState before, lake_->Load(model));
  CADENZA_TRY(engine_->BindFiles("quarantine_before", before.Relation()));
  return Append(model,
                fmt::format("SELECT * FROM ({}) AS q ANTI JOIN quarantine_before AS b ON q._file = "
                            "b._file AND q._offset = b._offset",
                            record.quarantined));
}

Status BatchCommit::StageFiles(const BatchRecord& record) {
  std::string rows;
  for (size_t p = 0; p < record.plan->parts.size(); ++p) {
    const Part& part = record.plan->parts[p];
    const decode::LineCounts lines =
        p < record.counts.size() ? record.counts[p] : decode::LineCounts{};
    rows +=
        fmt::format("{}({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})", rows.empty() ? "" : ", ",
                    QuoteText(part.name), part.first, part.end, part.modified_ms, lines.good_lines,
                    lines.quarantined_lines, lines.blank_lines, lines.good_bytes,
                    lines.quarantined_bytes, lines.blank_bytes, lines.bom_bytes);
  }
  const lake::Model& model = *lake_->FindTable("stream_files");
  if (rows.empty()) return Append(model, "");
  std::string columns;
  for (size_t c = 3; c < model.columns.size(); ++c) {
    columns += fmt::format(", CAST({0} AS BIGINT) AS {0}", model.columns[c].name);
  }
  return Append(
      model,
      fmt::format("SELECT {} AS stream, CAST({} AS BIGINT) AS batch, _file{} FROM (VALUES {}) AS "
                  "v(_file, first_offset, end_offset, modified_ms, good_lines, quarantined_lines, "
                  "blank_lines, good_bytes, quarantined_bytes, blank_bytes, bom_bytes)",
                  QuoteText(stream_), record.plan->skip ? 0 : batch_, columns, rows));
}

Status BatchCommit::StageBatch(const BatchRecord& record) {
  batch_ = record.plan->batch;
  const BatchEffect& effect = *record.effect;
  const Watermark& mark = effect.watermark;
  const std::optional<int64_t> watermark =
      mark.us == Watermark::kNone ? std::nullopt : std::optional(mark.us);
  const auto number = [](int64_t value) { return fmt::format("CAST({} AS BIGINT)", value); };
  const std::string max_event =
      mark.max_event_us ? number(*mark.max_event_us) : "CAST(NULL AS BIGINT)";
  return Append(
      *lake_->FindTable("stream_batches"),
      fmt::format(
          "SELECT {} AS stream, {} AS batch, {} AS run, {} AS committed_at, {} AS files, {} "
          "AS events, {} AS late, {} AS quarantined, {} AS rescued, {} AS windows, {} AS "
          "max_event_time, {} AS watermark, {} AS watermark_us, {} AS max_event_us, {} AS "
          "has_open_windows, {} AS flushed, CAST({} AS DOUBLE) AS seconds",
          QuoteText(stream_), number(batch_), number(run_->number()), TimeSql(NowMs() * 1000),
          number(record.all_files()), number(effect.rows), number(effect.late_rows),
          number(record.quarantined_lines()), number(record.rescued), number(effect.windows),
          TimeSql(mark.max_event_us), TimeSql(watermark), number(mark.us), max_event,
          effect.has_open_windows, record.flushed, record.seconds));
}

}  // namespace cadenza::stream
