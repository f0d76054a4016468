#include "delta/vacuum.h"

#include "delta/action_json.h"
#include "delta/log_file.h"

namespace cadenza::delta {
namespace {

struct CommitPaths {
  int64_t timestamp_ms = 0;
  std::vector<std::string> added;
};

Result<CommitPaths> ReadPaths(int64_t version, int64_t modified_ms, std::string_view text) {
  CommitPaths paths;
  paths.timestamp_ms = modified_ms;
  CADENZA_TRY(ForEachLine(CommitName(version), text, [&](std::string_view line) -> Status {
    CADENZA_ASSIGN(const Json actions, ParseObject(line));
    if (const Json* info = FindMember(actions, "commitInfo")) {
      paths.timestamp_ms = IntegerMember(*info, "timestamp", modified_ms);
    }
    if (const Json* add = FindMember(actions, "add"); add != nullptr && add->is_object()) {
      CADENZA_ASSIGN(std::string path, PathFromJson(*add));
      paths.added.push_back(std::move(path));
    }
    return {};
  }));
  return paths;
}

bool IsHidden(std::string_view name) {
  while (!name.empty()) {
    const size_t end = name.find('/');
    const std::string_view part = name.substr(0, end);
    const bool is_folder = end != std::string_view::npos;
    if (part.starts_with('.')) return true;
    if (part.starts_with('_') && !(is_folder && part.find('=') != part.npos)) return true;
    name.remove_prefix(is_folder ? end + 1 : name.size());
  }
  return false;
}

}  // namespace

Result<std::set<std::string>> PathsReadableSince(ObjectStore& table, CheckpointCodec* codec,
                                                 int64_t since_ms) {
  CADENZA_ASSIGN(const LogListing log, ListLog(table));
  if (log.empty()) return MakeError(ErrorKind::kNotFound, "no Delta table: {}", table.root());
  std::set<std::string> paths;
  int64_t first = log.newest();
  for (; first > log.oldest(); --first) {
    CADENZA_ASSIGN(const std::optional<std::string> text, table.Get(CommitName(first)));
    if (!text) {
      return MakeError(ErrorKind::kInput, "{}: the log has a gap: no {}", table.root(),
                       CommitName(first));
    }
    const auto listed = log.commits.find(first);
    const int64_t modified_ms = listed == log.commits.end() ? INT64_MAX : listed->second;
    CADENZA_ASSIGN(CommitPaths commit, ReadPaths(first, modified_ms, *text));
    if (commit.timestamp_ms <= since_ms) break;
    for (std::string& path : commit.added) paths.insert(std::move(path));
  }
  CADENZA_ASSIGN(const Snapshot base, Snapshot::Load(table, codec, first));
  for (const auto& [path, file] : base.files()) paths.insert(path);
  return paths;
}

Result<VacuumPlan> PlanVacuum(ObjectStore& table, CheckpointCodec* codec, int64_t since_ms) {
  // Listed before the log is read: what is committed after the listing is not in it.
  CADENZA_ASSIGN(std::vector<ObjectInfo> objects, table.List(""));
  CADENZA_ASSIGN(const std::set<std::string> readable, PathsReadableSince(table, codec, since_ms));
  CADENZA_ASSIGN(const Snapshot newest, Snapshot::Load(table, codec));
  VacuumPlan plan;
  for (ObjectInfo& object : objects) {
    if (IsHidden(object.name) || newest.files().contains(object.name)) continue;
    if (readable.contains(object.name) || object.modified_ms > since_ms) {
      ++plan.kept_files;
      plan.kept_bytes += object.size_bytes;
      continue;
    }
    plan.files.push_back(std::move(object));
  }
  return plan;
}

}  // namespace cadenza::delta
