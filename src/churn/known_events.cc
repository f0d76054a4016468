#include "churn/known_events.h"

#include <algorithm>
#include <vector>

#include "base/digest.h"
#include "churn/snapshots.h"
#include "lake/model.h"
#include "lake/table_rows.h"

namespace cadenza::churn {
namespace {

/// A source file with events of listeners.
struct EventFile {
  std::string name;
  int64_t run = 0;
  int64_t first_day = 0;
  int64_t last_hour = 0;  ///< since 1970
};

Result<std::vector<EventFile>> ReadEventFiles(engine::Engine* engine) {
  CADENZA_ASSIGN(
      const engine::RowSet rows,
      engine->Query("SELECT files._file, run, first_day, last_hour FROM (SELECT _file, "
                    "days_between(min(event_date), DATE '1970-01-01') AS first_day, max(ts_ms) // "
                    "3600000 AS last_hour FROM events WHERE user_id IS NOT NULL GROUP BY _file) AS "
                    "files JOIN ledger_of_logs ON ledger_of_logs._file = files._file ORDER BY run, "
                    "files._file"));
  std::vector<EventFile> files;
  for (size_t row = 0; row < rows.rows.size(); ++row) {
    files.push_back(
        {rows.Text(row, 0), rows.Number(row, 1), rows.Number(row, 2), rows.Number(row, 3)});
  }
  return files;
}

}  // namespace

Status KnownEvents::Find(const std::set<int32_t>& cut_offs) {
  engine::Engine& engine = lake_->engine();
  CADENZA_ASSIGN(const lake::TableState ledger, lake_->Load(*lake::FindModel("ledger")));
  // A lake without a ledger was not made by `cadenza etl`: nothing tells what came late.
  if (!ledger.exists) return {};
  CADENZA_TRY(engine.BindFiles("ledger_now", ledger.Relation()));
  CADENZA_TRY(engine.Materialize("ledger_of_logs",
                                 "SELECT _file, run FROM ledger_now WHERE source = 'logs'"));
  CADENZA_ASSIGN(const std::vector<EventFile> files, ReadEventFiles(&engine));
  for (const int32_t cut_off : cut_offs) {
    int64_t reached_by = INT64_MAX;
    for (const EventFile& file : files) {
      if (file.last_hour >= int64_t{cut_off} * 24 - 1) reached_by = std::min(reached_by, file.run);
    }
    std::string late;
    for (const EventFile& file : files) {
      if (file.run > reached_by && file.first_day < cut_off) late += file.name + "\n";
    }
    if (late.empty()) continue;
    cut_offs_[reached_by].insert(cut_off);
    digests_[DateText(cut_off)] = ToHex(Sha256(late)).substr(0, 32);
  }
  return {};
}

Status KnownEvents::BindEvents(const std::string& select) {
  engine::Engine& engine = lake_->engine();
  CADENZA_TRY(engine.BindQuery("events", select));
  return engine.BindQuery("settled_events", lake::FindModel("settled_events")->select);
}

Status KnownEvents::Bind(int64_t run) {
  engine::Engine& engine = lake_->engine();
  CADENZA_ASSIGN(const lake::TableState events, lake_->Load(*lake::FindModel("events")));
  CADENZA_TRY(engine.BindFiles("all_events", events.Relation()));
  CADENZA_TRY(engine.Materialize(
      "late_files", fmt::format("SELECT _file FROM ledger_of_logs WHERE run > {}", run)));
  const std::string end = DateText(*cut_offs_.at(run).rbegin());
  CADENZA_TRY(engine.Materialize(
      "late_listeners",
      fmt::format("SELECT DISTINCT user_id FROM all_events WHERE user_id IS NOT NULL AND "
                  "event_date < DATE '{}' AND _file IN (SELECT _file FROM late_files)",
                  end)));
  CADENZA_TRY(BindEvents(
      fmt::format("SELECT * FROM all_events WHERE event_date < DATE '{}' AND "
                  "NOT EXISTS (SELECT 1 FROM late_files WHERE late_files._file = all_events._file)",
                  end)));
  CADENZA_TRY(ComputeLateListeners());
  return engine.BindQuery(
      "listener_days",
      "SELECT * FROM all_listener_days WHERE NOT EXISTS (SELECT 1 FROM late_listeners WHERE "
      "late_listeners.user_id = all_listener_days.user_id) UNION ALL SELECT * FROM "
      "days_of_late_listeners");
}

/// Whoever has no late event has the days of the table.
Status KnownEvents::ComputeLateListeners() {
  engine::Engine& engine = lake_->engine();
  const std::string theirs = "user_id IN (SELECT user_id FROM late_listeners)";
  CADENZA_TRY(engine.BindQuery("artist_plays",
                               "SELECT user_id, artist, event_date FROM settled_events WHERE page "
                               "= 'NextSong' AND " +
                                   theirs));
  CADENZA_TRY(engine.Materialize("artist_firsts", lake::FindModel("artist_firsts")->select));
  CADENZA_TRY(engine.BindQuery("day_events", "SELECT * FROM settled_events WHERE " + theirs));
  const lake::Model& days = *lake::FindModel("listener_days");
  return engine.Materialize("days_of_late_listeners",
                            lake::TypedRows(days, "(" + days.select + ") AS days_made"));
}

Status KnownEvents::Unbind() {
  CADENZA_TRY(lake_->engine().BindQuery("listener_days", "SELECT * FROM all_listener_days"));
  CADENZA_ASSIGN(const lake::TableState events, lake_->Load(*lake::FindModel("events")));
  CADENZA_TRY(lake_->engine().BindFiles("events", events.Relation()));
  return lake_->engine().BindQuery("settled_events", lake::FindModel("settled_events")->select);
}

}  // namespace cadenza::churn
