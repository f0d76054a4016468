#include "delta/log_cleanup.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "delta/action_json.h"
#include "delta/log_file.h"

namespace cadenza::delta {
namespace {

/// Commits, checkpoints in one or more parts, and what other writers put beside them (.crc,
/// .compacted.json): all names of a log begin with a version of 20 digits.
std::optional<int64_t> VersionOfName(std::string_view name) {
  constexpr size_t kDigits = 20;
  name.remove_prefix(std::min(name.size(), kLogFolder.size() + 1));
  if (name.size() <= kDigits || name[kDigits] != '.') return std::nullopt;
  int64_t version = 0;
  const std::string_view digits = name.substr(0, kDigits);
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), version);
  if (error != std::errc() || end != digits.end()) return std::nullopt;
  return version;
}

/// The time of a commit; nullopt when it is there no more.
Result<std::optional<int64_t>> TimeOf(ObjectStore& table, int64_t version, int64_t modified_ms) {
  CADENZA_ASSIGN(const std::optional<std::string> text, table.Get(CommitName(version)));
  if (!text) return std::optional<int64_t>();
  int64_t time_ms = modified_ms;
  CADENZA_TRY(ForEachLine(CommitName(version), *text, [&](std::string_view line) -> Status {
    if (line.find("\"commitInfo\"") == std::string_view::npos) return {};
    CADENZA_ASSIGN(const Json action, ParseObject(line));
    if (const Json* info = FindMember(action, "commitInfo")) {
      time_ms = IntegerMember(*info, "timestamp", modified_ms);
    }
    return {};
  }));
  return std::optional(time_ms);
}

/// The newest checkpoint that is not younger; commits rise in time, so asking for the commits of
/// checkpoints is enough.
Result<int64_t> NewestCheckpointSince(ObjectStore& table, const LogListing& log, int64_t since_ms) {
  for (auto at = log.checkpoints.rbegin(); at != log.checkpoints.rend(); ++at) {
    const auto listed = log.commits.find(at->version);
    if (listed == log.commits.end()) continue;
    CADENZA_ASSIGN(const std::optional<int64_t> time_ms,
                   TimeOf(table, at->version, listed->second));
    if (time_ms && *time_ms <= since_ms) return at->version;
  }
  return 0;
}

}  // namespace

Result<LogCleanup> PlanLogCleanup(ObjectStore& table, int64_t since_ms,
                                  std::optional<int64_t> forget_before) {
  CADENZA_ASSIGN(const LogListing log, ListLog(table));
  if (log.empty()) return MakeError(ErrorKind::kNotFound, "no Delta table: {}", table.root());
  LogCleanup cleanup;
  // The checkpoints of V2 refer to files of their own, which are not for this writer to judge.
  if (log.has_v2_checkpoint) return cleanup;
  CADENZA_ASSIGN(cleanup.oldest_kept, NewestCheckpointSince(table, log, since_ms));
  if (forget_before && *forget_before > cleanup.oldest_kept) {
    const auto found = std::find_if(
        log.checkpoints.begin(), log.checkpoints.end(),
        [&](const CheckpointFiles& checkpoint) { return checkpoint.version >= *forget_before; });
    if (found == log.checkpoints.end()) {
      return MakeError(ErrorKind::kInput, "{}: no checkpoint from which the log could begin, at {}",
                       table.root(), *forget_before);
    }
    cleanup.oldest_kept = found->version;
  }
  CADENZA_ASSIGN(const std::vector<ObjectInfo> objects, table.List(kLogFolder));
  for (const ObjectInfo& object : objects) {
    const std::optional<int64_t> version = VersionOfName(object.name);
    if (version && *version < cleanup.oldest_kept) cleanup.files.push_back(object);
  }
  return cleanup;
}

Status CleanLog(ObjectStore& table, const LogCleanup& cleanup) {
  for (const ObjectInfo& file : cleanup.files) CADENZA_TRY(table.Remove(file.name));
  return {};
}

}  // namespace cadenza::delta
