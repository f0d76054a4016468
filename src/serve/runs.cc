#include "serve/runs.h"

#include "base/clock.h"
#include "http/reply.h"
#include "query/session.h"
#include "serve/json_rows.h"

namespace cadenza::serve {
namespace {

/// Where the newest of the data is told, the best first.
struct Place {
  const char* table;
  const char* select;
};
constexpr Place kDataUntil[] = {
    {"days",
     "SELECT CAST(max(date) AS VARCHAR), coalesce(max_by(is_complete, date), false) FROM days"},
    {"active_listeners",
     "SELECT CAST(max(period_end) AS VARCHAR), coalesce(max_by(is_complete, period_end), false) "
     "FROM"
     " active_listeners WHERE period = 'day'"},
    {"time", "SELECT CAST(max(start_time) AS VARCHAR), false FROM \"time\""},
};

Result<AsOf> ReadAsOf(query::Database* database, const std::shared_ptr<query::LakeState>& lake) {
  AsOf as_of;
  as_of.run = lake->manifest().run;
  as_of.committed_ms = lake->manifest().written_ms;
  CADENZA_ASSIGN(const auto session, query::Session::Open(database, lake, {}));
  const auto has = [&](const char* name) {
    const lake::Model* table = lake->FindTable(name);
    return table && lake->Exists(*table);
  };
  for (const Place& place : kDataUntil) {
    if (!has(place.table)) continue;
    // A table that cannot be read is for those who ask for it.
    const Result<query::Answer> answer = session->Query(place.select);
    if (!answer.ok() || answer->rows.rows.empty() || !answer->rows.rows[0][0]) continue;
    as_of.data_until = Rfc3339(*answer->rows.rows[0][0]);
    as_of.is_complete = answer->rows.Text(0, 1) == "true";
    break;
  }
  for (const char* windows : {"sessions_5m", "events_5m"}) {
    if (!has(windows) || as_of.final_until) continue;
    const Result<query::Answer> answer = session->Query(fmt::format(
        "SELECT CAST(max(window_end) FILTER (WHERE is_final) AS VARCHAR) FROM {}", windows));
    if (answer.ok() && answer->rows.rows[0][0]) {
      as_of.final_until = Rfc3339(*answer->rows.rows[0][0]);
    }
  }
  return as_of;
}

Result<std::shared_ptr<LoadedRun>> Loaded(query::Database* database,
                                          std::shared_ptr<query::LakeState> lake) {
  CADENZA_TRY(lake->BindAll());
  auto run = std::make_shared<LoadedRun>();
  CADENZA_ASSIGN(run->as_of, ReadAsOf(database, lake));
  run->lake = std::move(lake);
  return run;
}

std::string TextOrNull(const std::optional<std::string>& text) {
  return text ? http::JsonText(*text) : "null";
}

}  // namespace

int64_t RunOf(const lake::Manifest& manifest, const std::string& table) {
  const auto found = manifest.tables.find(table);
  return found == manifest.tables.end() ? 0 : found->second.run;
}

std::string AsOfJson(const AsOf& as_of) {
  return fmt::format(
      R"({{"run":{},"committed_at":"{}","data_until":{},"is_complete":{},"final_until":{}}})",
      as_of.run, UtcText(as_of.committed_ms, "%Y-%m-%dT%H:%M:%SZ"), TextOrNull(as_of.data_until),
      as_of.is_complete, TextOrNull(as_of.final_until));
}

Result<std::unique_ptr<Runs>> Runs::Open(query::Database* database, const std::string& root,
                                         double look_seconds) {
  std::unique_ptr<Runs> runs(new Runs(database, look_seconds));
  CADENZA_ASSIGN(std::shared_ptr<query::LakeState> lake, database->OpenLake(root));
  CADENZA_ASSIGN(runs->newest_, Loaded(database, std::move(lake)));
  return runs;
}

Runs::~Runs() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Runs::Start(OnChange on_change) {
  on_change_ = std::move(on_change);
  thread_ = std::thread([this] { Loop(); });
}

std::shared_ptr<const LoadedRun> Runs::newest() const {
  const std::lock_guard lock(mutex_);
  return newest_;
}

Result<std::shared_ptr<const LoadedRun>> Runs::Find(int64_t run) const {
  const std::lock_guard lock(mutex_);
  if (newest_->as_of.run == run) return newest_;
  for (const Replaced& each : replaced_) {
    if (each.run->as_of.run == run) return each.run;
  }
  return MakeError(ErrorKind::kNotFound,
                   "the run of these pages is gone (it is kept for {} s after the next, and not "
                   "after a listener was forgotten); begin again with the first page: run {}",
                   kKeptSeconds, run);
}

std::string Runs::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void Runs::Loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, std::chrono::duration<double>(look_seconds_), [&] { return stopping_; });
    if (stopping_) return;
    lock.unlock();
    const Status looked = Look();
    lock.lock();
    trouble_ = looked.ok() ? "" : looked.error().message;
  }
}

Status Runs::Look() {
  DropOld();
  const std::shared_ptr<const LoadedRun> before = newest();
  CADENZA_ASSIGN(std::shared_ptr<query::LakeState> lake, database_->Newest(before->lake));
  if (lake == before->lake) return {};
  CADENZA_ASSIGN(const std::shared_ptr<LoadedRun> now, Loaded(database_, std::move(lake)));
  now->as_of.lakes_before =
      before->as_of.lakes_before + (now->as_of.run <= before->as_of.run ? 1 : 0);
  Replace(now);
  if (on_change_) on_change_(*before, *now);
  return {};
}

void Runs::Replace(std::shared_ptr<const LoadedRun> now) {
  std::list<Replaced> dropped;  // what they hold is let go of outside the lock
  const std::lock_guard lock(mutex_);
  const bool forgot =
      RunOf(newest_->lake->manifest(), "forgotten") != RunOf(now->lake->manifest(), "forgotten");
  replaced_.push_back({newest_, NowMs()});
  if (forgot) dropped.swap(replaced_);
  newest_ = std::move(now);
}

void Runs::DropOld() {
  std::list<Replaced> dropped;
  const std::lock_guard lock(mutex_);
  const int64_t oldest_ms = NowMs() - int64_t{kKeptSeconds} * 1000;
  while (!replaced_.empty() && replaced_.front().replaced_ms < oldest_ms) {
    dropped.splice(dropped.end(), replaced_, replaced_.begin());
  }
}

}  // namespace cadenza::serve
