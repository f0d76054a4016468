#include "delta/commit_race.h"

#include "delta/action_json.h"
#include "delta/log_file.h"

namespace cadenza::delta {
namespace {

enum class Verdict { kHarmless, kIsOurs, kDidOurWork };

/// Reads a commit that came first and compares it with the claim.
class Winner {
 public:
  Winner(int64_t version, const CommitClaim& claim) : version_(version), claim_(claim) {}

  Result<Verdict> Judge(std::string_view text) {
    CADENZA_TRY(ForEachLine(CommitName(version_), text,
                            [this](std::string_view line) { return ReadLine(line); }));
    if (is_ours_) return Verdict::kIsOurs;
    if (claim_.creates_table) return Conflict("the table was created meanwhile");
    if (did_our_work_) return Verdict::kDidOurWork;
    if (conflict_) return *conflict_;
    return Verdict::kHarmless;
  }

 private:
  Error Conflict(std::string_view what) const {
    return MakeError(ErrorKind::kConflict, "{}, by version {}", what, version_);
  }
  void Found(std::string_view what) {
    if (!conflict_) conflict_ = Conflict(what);
  }

  Status ReadLine(std::string_view line) {
    CADENZA_ASSIGN(const Json actions, ParseObject(line));
    for (const auto& [kind, action] : actions.items()) {
      if (!action.is_object()) continue;
      if (kind == "commitInfo") is_ours_ |= TextMember(action, "txnId") == claim_.transaction_id;
      if (kind == "metaData") Found("schema or configuration changed meanwhile");
      if (kind == "protocol") Found("the protocol changed meanwhile");
      if (kind == "txn") ReadTransaction(action);
      if (kind == "add" || kind == "remove") CADENZA_TRY(ReadFile(action));
    }
    return {};
  }

  void ReadTransaction(const Json& action) {
    if (!claim_.app_version || TextMember(action, "appId") != claim_.app_version->first) return;
    if (IntegerMember(action, "version") >= claim_.app_version->second) {
      did_our_work_ = true;
    } else {
      Found("the same application committed an earlier version meanwhile");
    }
  }

  Status ReadFile(const Json& action) {
    CADENZA_ASSIGN(const std::string path, PathFromJson(action));
    if (claim_.removed_paths.contains(path)) Found("a file to be removed changed meanwhile");
    if (claim_.scope == ReadScope::kWholeTable && FlagMember(action, "dataChange", true)) {
      Found("data changed meanwhile");
    }
    return {};
  }

  const int64_t version_;
  const CommitClaim& claim_;
  bool is_ours_ = false;
  bool did_our_work_ = false;
  std::optional<Error> conflict_;
};

/// After an error, the object may be there all the same: its answer got lost on the way.
Result<CommitResult> AfterFailedPut(ObjectStore& table, int64_t version, const CommitClaim& claim,
                                    const Error& failure) {
  const Result<std::optional<std::string>> text = table.Get(CommitName(version));
  if (!text.ok() || !text->has_value()) return failure;
  const Result<Verdict> verdict = Winner(version, claim).Judge(**text);
  if (!verdict.ok() || *verdict != Verdict::kIsOurs) return failure;
  return CommitResult{.committed = true, .version = version};
}

}  // namespace

Result<CommitResult> RaceForVersion(ObjectStore& table, int64_t base_version,
                                    const std::string& text, const CommitClaim& claim) {
  int64_t version = base_version + 1;
  while (true) {
    const Result<bool> created = table.PutIfAbsent(CommitName(version), text);
    if (!created.ok()) return AfterFailedPut(table, version, claim, created.error());
    if (*created) return CommitResult{.committed = true, .version = version};
    CADENZA_ASSIGN(std::optional<std::string> winner, table.Get(CommitName(version)));
    if (!winner) {
      return MakeError(ErrorKind::kIo, "the commit is there but cannot be read: {}",
                       CommitName(version));
    }
    // Reading on to the end of the log is cheaper than a failed put for each version.
    while (winner) {
      CADENZA_ASSIGN(const Verdict verdict, Winner(version, claim).Judge(*winner));
      if (verdict != Verdict::kHarmless) {
        return CommitResult{.committed = verdict == Verdict::kIsOurs, .version = version};
      }
      ++version;
      CADENZA_ASSIGN(winner, table.Get(CommitName(version)));
    }
  }
}

}  // namespace cadenza::delta
