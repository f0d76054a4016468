#include "serve/shared_table.h"

#include <algorithm>

#include "serve/share_file.h"
#include "serve/table_routes.h"

namespace cadenza::serve {
namespace {

int64_t VersionOf(const lake::TableState& state) { return std::max<int64_t>(state.version, 0); }

}  // namespace

std::string SharedName(const lake::Model& table) { return table.layer + "." + table.name; }

int64_t SharedTable::version() const { return VersionOf(state); }

int64_t SharedTable::forgotten_run() const { return RunOf(run->lake->manifest(), "forgotten"); }

Result<lake::TableState> SharedTable::At(int64_t version) const {
  return run->lake->WithLake([&](lake::Lake* lake) { return lake->LoadVersion(*model, version); });
}

Status CheckEarlier(const SharedTable& table) {
  if (table.forgotten_run() == 0 || !NamesListeners(*table.model)) return {};
  return MakeError(ErrorKind::kUsage,
                   "earlier versions of {} are not shared, since listeners were forgotten",
                   table.model->name);
}

Status CheckNoDeletions(const lake::TableState& state) {
  const auto has_deletions = [](const auto& file) { return !file.second.deletion_vector.empty(); };
  if (!std::ranges::any_of(state.files, has_deletions)) return {};
  return MakeError(ErrorKind::kUsage,
                   "another program marked rows of {} as deleted; cadenza optimize writes its "
                   "files anew",
                   state.name);
}

Status GoToVersion(const ShareQuery& query, SharedTable* table) {
  if (!query.is_of_another_version()) return {};
  if (query.version && *query.version > table->version()) {
    return MakeError(ErrorKind::kUsage, "{} has no version {} yet: the newest is {}",
                     table->model->name, *query.version, table->version());
  }
  CADENZA_ASSIGN(lake::TableState state, table->run->lake->WithLake([&](lake::Lake* lake) {
    return query.version ? lake->LoadVersion(*table->model, *query.version)
                         : lake->LoadAsOf(*table->model, *query.as_of_ms);
  }));
  if (VersionOf(state) >= table->version()) return {};
  CADENZA_TRY(CheckEarlier(*table));
  table->state = std::move(state);
  return {};
}

Result<VersionRange> ReadVersionRange(const http::Request& request, int64_t newest) {
  const auto number = [&](const char* name, int64_t otherwise) -> Result<int64_t> {
    const std::string text = request.Query(name).value_or("");
    if (text.empty()) return otherwise;
    if (const auto value = ParseNumber(text)) return *value;
    return MakeError(ErrorKind::kInput, "{} is a whole number from 0 on: {}", name, text);
  };
  VersionRange range;
  CADENZA_ASSIGN(range.first, number("startingVersion", -1));
  CADENZA_ASSIGN(range.last, number("endingVersion", newest));
  if (range.first < 0) return MakeError(ErrorKind::kInput, "startingVersion is missing");
  if (range.first <= range.last && range.last <= newest) return range;
  return MakeError(ErrorKind::kInput, "versions {} to {}: the newest is {}", range.first,
                   range.last, newest);
}

Result<std::map<int64_t, int64_t>> CommitTimes(const SharedTable& table) {
  CADENZA_ASSIGN(const std::vector<delta::CommitSummary> commits,
                 table.run->lake->WithLake([&](lake::Lake* lake) {
                   return delta::History(*lake->TableStore(*table.model), 0);
                 }));
  std::map<int64_t, int64_t> times;
  for (const delta::CommitSummary& commit : commits) times[commit.version] = commit.timestamp_ms;
  return times;
}

}  // namespace cadenza::serve
