#include "churn/listener_days.h"

#include <algorithm>
#include <vector>

#include "base/digest.h"
#include "delta/partition_value.h"
#include "lake/model.h"
#include "lake/table_rows.h"

namespace cadenza::churn {
namespace {

constexpr int64_t kDayRowsAtOnce = 6'000'000;
constexpr const char* kDayColumn = "event_date";
constexpr const char* kAllDays = "all_listener_days";

/// The first day that the two do not agree on; empty: none.
std::string FirstDifference(const DayDigests& before, const DayDigests& now) {
  auto a = before.begin(), b = now.begin();
  while (a != before.end() && b != now.end() && *a == *b) {
    ++a;
    ++b;
  }
  if (a == before.end() && b == now.end()) return "";
  if (a == before.end()) return b->first;
  if (b == now.end()) return a->first;
  return std::min(a->first, b->first);
}

}  // namespace

std::string PartitionDay(const delta::AddFile& file, const char* column) {
  return delta::PartitionValue(file.partition_values, column).value_or("");
}

Status ListenerDays::BindEvents() {
  engine::Engine& engine = lake_->engine();
  CADENZA_ASSIGN(const lake::TableState events, lake_->Load(*lake::FindModel("events")));
  if (!events.exists) {
    return MakeError(ErrorKind::kUsage, "the lake has no events (cadenza etl makes them): {}",
                     lake_->root());
  }
  std::map<std::string, std::string> names;
  for (const auto& [path, file] : events.files) {
    names[PartitionDay(file, kDayColumn)] += path + "\n";
    rows_of_day_[PartitionDay(file, kDayColumn)] += lake::RowsOf(file);
  }
  // Days that other SQL has made are not those of now.
  const std::string sql =
      lake::FindModel("listener_days")->select + lake::FindModel("artist_firsts")->select;
  for (const auto& [day, paths] : names) digests_[day] = ToHex(Sha256(sql + paths)).substr(0, 32);
  CADENZA_TRY(engine.BindFiles("events", events.Relation()));
  CADENZA_TRY(engine.BindQuery("settled_events", lake::FindModel("settled_events")->select));
  return ReadSpan();
}

/// Of the first and last days only: a look at all events would cost more than a new day.
Status ListenerDays::ReadSpan() {
  const auto look = [&](const std::string& day) {
    return lake_->engine().Query(fmt::format(
        "SELECT count(*), days_between(DATE '{0}', DATE '1970-01-01'), (max(ts_ms) // 3600000) % "
        "24 FROM events WHERE event_date = DATE '{0}' AND user_id IS NOT NULL",
        day));
  };
  const auto nearest_with_listeners = [&](auto day, auto end) -> Result<engine::RowSet> {
    for (; day != end; ++day) {
      if (day->first.empty()) continue;
      CADENZA_ASSIGN(engine::RowSet found, look(day->first));
      if (found.Number(0, 0) > 0) return found;
    }
    return MakeError(ErrorKind::kInput, "no event of the lake is of a listener: {}", lake_->root());
  };
  CADENZA_ASSIGN(const engine::RowSet first,
                 nearest_with_listeners(rows_of_day_.begin(), rows_of_day_.end()));
  CADENZA_ASSIGN(const engine::RowSet last,
                 nearest_with_listeners(rows_of_day_.rbegin(), rows_of_day_.rend()));
  span_.first_day = static_cast<int32_t>(first.Number(0, 1));
  const auto last_day = static_cast<int32_t>(last.Number(0, 1));
  // A day counts as whole when something happens in its last hour: as the KPIs have it.
  span_.end = last.Number(0, 2) == 23 || last_day == span_.first_day ? last_day + 1 : last_day;
  return {};
}

Status ListenerDays::Refresh(const DayDigests& before, bool is_kept) {
  engine::Engine& engine = lake_->engine();
  const lake::Model& model = *lake::FindModel("listener_days");
  CADENZA_ASSIGN(const lake::TableState state, lake_->Load(model));
  if (!is_kept || !state.exists) {
    changed_from_ = digests_.begin()->first;
  } else {
    changed_from_ = FirstDifference(before, digests_);
  }
  if (changed_from_.empty()) {
    CADENZA_TRY(engine.BindFiles(kAllDays, state.Relation()));
  } else {
    CADENZA_ASSIGN(lake::TableChange change, Compute(model, state));
    if (engine.commits_tables()) {
      // The commit takes the rows that are kept: it would compute them a second time.
      CADENZA_TRY(engine.Materialize(kAllDays, change.select));
      change.select = fmt::format("SELECT * FROM {}", kAllDays);
    }
    run_->Stage(model, state, model.partition_columns, std::move(change));
    if (!engine.commits_tables()) {
      CADENZA_TRY(engine.BindFiles(kAllDays, run_->StagedStates().at(model.name).Relation()));
    }
  }
  return engine.BindQuery(model.name, fmt::format("SELECT * FROM {}", kAllDays));
}

Result<lake::TableChange> ListenerDays::Compute(const lake::Model& model,
                                                const lake::TableState& before) {
  engine::Engine& engine = lake_->engine();
  const std::string rows = lake::TypedRows(model, "(" + model.select + ") AS days_made");
  lake::TableChange change;
  const bool is_all = engine.commits_tables() || changed_from_ <= digests_.begin()->first;
  if (is_all) {
    change.remove_all = before.exists;
  } else {
    for (const auto& [path, file] : before.files) {
      if (PartitionDay(file, kDayColumn) >= changed_from_) change.removed.push_back(path);
    }
  }
  const std::string from = is_all ? digests_.begin()->first : changed_from_;
  // Of earlier days only the plays of artists that the new ones have are of interest.
  const std::string plays = "FROM settled_events WHERE user_id IS NOT NULL AND page = 'NextSong'";
  const std::string all_plays = "SELECT user_id, artist, event_date " + plays;
  CADENZA_TRY(engine.BindQuery(
      "artist_plays",
      is_all ? all_plays
             : fmt::format("{0} AND (user_id, xxhash64(artist, '')) IN (SELECT user_id, "
                           "xxhash64(artist, '') {1} AND event_date >= DATE '{2}')",
                           all_plays, plays, from)));
  CADENZA_TRY(engine.Materialize(
      "artist_firsts", fmt::format("SELECT * FROM ({}) AS all_firsts WHERE event_date >= DATE '{}'",
                                   lake::FindModel("artist_firsts")->select, from)));
  const auto days_between = [&](const std::string& first, const std::string& last) {
    return engine.BindQuery(
        "day_events", fmt::format("SELECT * FROM settled_events WHERE user_id IS NOT NULL AND "
                                  "event_date >= DATE '{}' AND event_date <= DATE '{}'",
                                  first, last));
  };
  if (engine.commits_tables()) {
    CADENZA_TRY(days_between(from, digests_.rbegin()->first));
    change.select = rows;
    return change;
  }
  for (auto day = digests_.lower_bound(from); day != digests_.end();) {
    const std::string first = day->first;
    std::string last = first;
    for (int64_t taken = 0; day != digests_.end() &&
                            (taken == 0 || taken + rows_of_day_[day->first] <= kDayRowsAtOnce);
         ++day) {
      taken += rows_of_day_[day->first];
      last = day->first;
    }
    CADENZA_TRY(days_between(first, last));
    CADENZA_ASSIGN(const std::vector<engine::WrittenFile> written,
                   engine.Write(run_->Request(model, model.partition_columns, rows)));
    change.added.insert(change.added.end(), written.begin(), written.end());
  }
  return change;
}

}  // namespace cadenza::churn
