#include "share/shared_lake.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/utc_time.h"
#include "delta/log_file.h"
#include "delta/path_encoding.h"

namespace cadenza::share {
namespace {

using nlohmann::json;

constexpr int64_t kLookMs = 1000;

Result<int64_t> TimeOf(const std::string& text) {
  const auto time_ms = ParseUtcMs(text);
  if (!time_ms)
    return MakeError(ErrorKind::kUsage, "a time is written 2026-01-31T12:00:00Z, not: {}", text);
  return *time_ms;
}

Result<std::optional<int64_t>> VersionQuery(const http::Request& request, const char* name) {
  const auto text = request.Query(name);
  if (!text) return std::optional<int64_t>();
  int64_t number = 0;
  const auto end = std::from_chars(text->data(), text->data() + text->size(), number);
  if (end.ec != std::errc() || end.ptr != text->data() + text->size() || number < 0) {
    return MakeError(ErrorKind::kUsage, "{} is a whole number, not: {}", name, *text);
  }
  return std::optional(number);
}

delta::AddFile FileOf(const json& add) {
  delta::AddFile file;
  file.path = delta::DecodePath(add.value("path", ""));
  file.size_bytes = add.value("size", int64_t{0});
  file.modified_ms = add.value("modificationTime", int64_t{0});
  if (add.contains("stats") && add["stats"].is_string()) file.stats = add["stats"];
  for (const auto& [name, value] : add.value("partitionValues", json::object()).items()) {
    file.partition_values[name] =
        value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
  }
  return file;
}

/// Adds what a commit added; kUsage when it removed rows or changed the columns.
Status AddCommit(const std::string& table, int64_t version, std::string_view text,
                 std::vector<AddedFile>* added) {
  const size_t first = added->size();
  int64_t timestamp_ms = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const json action = json::parse(text.substr(0, end), nullptr, false);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!action.is_object()) continue;
    if (action.contains("commitInfo"))
      timestamp_ms = action["commitInfo"].value("timestamp", int64_t{0});
    if (action.contains("remove") && action["remove"].value("dataChange", true)) {
      return MakeError(
          ErrorKind::kUsage,
          "version {} of {} replaced or removed rows; changes are only told where rows were added",
          version, table);
    }
    if (action.contains("add") && action["add"].value("dataChange", true))
      added->push_back({FileOf(action["add"]), version, 0});
  }
  for (size_t file = first; file < added->size(); ++file)
    (*added)[file].timestamp_ms = timestamp_ms;
  return {};
}

}  // namespace

Result<std::unique_ptr<SharedLake>> SharedLake::Open(const std::string& root,
                                                     const std::shared_ptr<s3::Client>& s3) {
  std::unique_ptr<SharedLake> shared(new SharedLake);
  engine::DuckDbOptions options;
  options.threads = 1;
  options.s3 = s3;
  CADENZA_ASSIGN(shared->engine_, engine::OpenDuckDb(options));
  CADENZA_ASSIGN(lake::Lake lake, lake::Lake::Open(root, shared->engine_.get(), s3));
  if (lake.manifest().format == lake::TableFormat::kParquet) {
    return MakeError(ErrorKind::kUsage, "only lakes of Delta tables can be shared: {}", root);
  }
  shared->lake_ = std::make_unique<lake::Lake>(std::move(lake));
  shared->looked_ms_ = NowMs();
  return shared;
}

Status SharedLake::Look() {
  const int64_t now_ms = NowMs();
  if (now_ms - looked_ms_ < kLookMs) return {};
  looked_ms_ = now_ms;
  return lake_->Refresh();
}

std::vector<const lake::Model*> SharedLake::Tables() {
  const std::scoped_lock lock(mutex_);
  static_cast<void>(Look());  // what was there before is still a finished run
  std::vector<const lake::Model*> tables;
  for (const lake::Model* model : lake_->tables()) {
    if (lake_->manifest().tables.contains(model->name)) tables.push_back(model);
  }
  return tables;
}

Result<int64_t> SharedLake::Newest(const lake::Model& model) {
  CADENZA_ASSIGN(const lake::TableState state, lake_->Load(model));
  if (!state.exists)
    return MakeError(ErrorKind::kNotFound, "no finished run wrote {}.{}", model.layer, model.name);
  return state.version;
}

Result<delta::Snapshot> SharedLake::Load(const lake::Model& model, const QueryWish& wish) {
  const std::scoped_lock lock(mutex_);
  CADENZA_ASSIGN(const int64_t newest, Newest(model));
  const std::unique_ptr<ObjectStore> table = lake_->TableStore(model);
  if (wish.version && !wish.timestamp.empty())
    return MakeError(ErrorKind::kUsage, "ask for a version or a timestamp, not for both");
  if (!wish.timestamp.empty()) {
    CADENZA_ASSIGN(const int64_t time_ms, TimeOf(wish.timestamp));
    CADENZA_ASSIGN(delta::Snapshot snapshot,
                   delta::Snapshot::LoadAsOf(*table, engine_->checkpoint_codec(), time_ms));
    if (snapshot.version() <= newest) return snapshot;
  }
  const int64_t version = wish.version.value_or(newest);
  if (version > newest) {
    return MakeError(ErrorKind::kNotFound, "version {} of {}.{} does not exist; the newest is {}",
                     version, model.layer, model.name, newest);
  }
  return delta::Snapshot::Load(*table, engine_->checkpoint_codec(), version);
}

Result<delta::Snapshot> SharedLake::LoadVersion(const lake::Model& model, int64_t version) {
  QueryWish wish;
  wish.version = version;
  return Load(model, wish);
}

Result<int64_t> SharedLake::VersionFrom(const lake::Model& model, const std::string& timestamp) {
  const std::scoped_lock lock(mutex_);
  CADENZA_TRY(Look());
  CADENZA_ASSIGN(const int64_t newest, Newest(model));
  if (timestamp.empty()) return newest;
  CADENZA_ASSIGN(const int64_t time_ms, TimeOf(timestamp));
  CADENZA_ASSIGN(const auto commits, delta::History(*lake_->TableStore(model), 0));
  int64_t first = -1;
  for (const delta::CommitSummary& commit : commits) {
    if (commit.timestamp_ms >= time_ms && commit.version <= newest) first = commit.version;
  }
  if (first < 0)
    return MakeError(ErrorKind::kUsage, "no version of {}.{} is as late as {}", model.layer,
                     model.name, timestamp);
  return first;
}

Result<ChangeRange> SharedLake::ReadChanges(const lake::Model& model,
                                            const http::Request& request) {
  CADENZA_ASSIGN(std::optional<int64_t> first, VersionQuery(request, "startingVersion"));
  CADENZA_ASSIGN(std::optional<int64_t> last, VersionQuery(request, "endingVersion"));
  if (const auto time = request.Query("startingTimestamp"); time && !first) {
    CADENZA_ASSIGN(first, VersionFrom(model, *time));
  }
  if (!first)
    return MakeError(ErrorKind::kUsage, "startingVersion or startingTimestamp is missing");
  if (const auto time = request.Query("endingTimestamp"); time && !last) {
    QueryWish wish;
    wish.timestamp = *time;
    CADENZA_ASSIGN(const delta::Snapshot at, Load(model, wish));
    last = at.version();
  }
  const std::scoped_lock lock(mutex_);
  CADENZA_ASSIGN(const int64_t newest, Newest(model));
  ChangeRange range{*first, std::min(last.value_or(newest), newest), {}};
  if (range.first > range.last) {
    return MakeError(ErrorKind::kUsage,
                     "no changes from version {} on: the newest of the range is {}", range.first,
                     range.last);
  }
  const std::unique_ptr<ObjectStore> table = lake_->TableStore(model);
  for (int64_t version = range.first; version <= range.last; ++version) {
    CADENZA_ASSIGN(const std::optional<std::string> text, table->Get(delta::CommitName(version)));
    if (!text)
      return MakeError(ErrorKind::kNotFound, "version {} of {}.{} is no longer in the log", version,
                       model.layer, model.name);
    CADENZA_TRY(AddCommit(model.layer + "." + model.name, version, *text, &range.added));
  }
  return range;
}

}  // namespace cadenza::share
