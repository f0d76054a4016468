#include <algorithm>

#include "delta/action_json.h"
#include "delta/log_file.h"

namespace cadenza::delta {
namespace {

void FillFrom(const Json& info, CommitSummary* summary) {
  summary->timestamp_ms = IntegerMember(info, "timestamp", summary->timestamp_ms);
  summary->operation = TextMember(info, "operation");
  summary->engine_info = TextMember(info, "engineInfo");
  if (const Json* parameters = FindMember(info, "operationParameters")) {
    summary->operation_parameters = ToText(*parameters);
  }
  const Json* metrics = FindMember(info, "operationMetrics");
  if (metrics == nullptr) return;
  for (const auto& [name, value] : metrics->items()) {
    // Two fallbacks tell what is no number from the number that equals one of them.
    const int64_t number = IntegerMember(*metrics, name.c_str(), 0);
    if (number == IntegerMember(*metrics, name.c_str(), 1)) summary->metrics.emplace(name, number);
  }
}

Status ReadCommitInfo(std::string_view text, CommitSummary* summary) {
  return ForEachLine(CommitName(summary->version), text, [&](std::string_view line) -> Status {
    // A commit can hold very many files: their lines are not worth a parse here.
    if (line.find("\"commitInfo\"") == std::string_view::npos) return {};
    CADENZA_ASSIGN(const Json action, ParseObject(line));
    if (const Json* info = FindMember(action, "commitInfo")) FillFrom(*info, summary);
    return {};
  });
}

void MakeTimesRise(std::vector<CommitSummary>* oldest_first) {
  for (size_t at = 1; at < oldest_first->size(); ++at) {
    const int64_t before_ms = (*oldest_first)[at - 1].timestamp_ms;
    int64_t& time_ms = (*oldest_first)[at].timestamp_ms;
    if (before_ms < INT64_MAX) time_ms = std::max(time_ms, before_ms + 1);
  }
}

}  // namespace

Result<int64_t> OldestVersion(ObjectStore& table) {
  CADENZA_ASSIGN(const LogListing log, ListLog(table));
  if (log.empty()) return MakeError(ErrorKind::kNotFound, "no Delta table: {}", table.root());
  return log.oldest();
}

Result<std::vector<CommitSummary>> History(ObjectStore& table, int limit) {
  CADENZA_ASSIGN(const LogListing log, ListLog(table));
  if (log.empty()) return MakeError(ErrorKind::kNotFound, "no Delta table: {}", table.root());
  const size_t held = log.commits.size();
  const size_t wanted = limit > 0 ? std::min(held, static_cast<size_t>(limit)) : held;
  std::vector<CommitSummary> commits;
  for (auto at = std::next(log.commits.begin(), static_cast<int64_t>(held - wanted));
       at != log.commits.end(); ++at) {
    CADENZA_ASSIGN(const std::optional<std::string> text, table.Get(CommitName(at->first)));
    if (!text) continue;  // cleaned up meanwhile
    CommitSummary summary;
    summary.version = at->first;
    summary.timestamp_ms = at->second;
    CADENZA_TRY(ReadCommitInfo(*text, &summary));
    commits.push_back(std::move(summary));
  }
  MakeTimesRise(&commits);
  std::reverse(commits.begin(), commits.end());
  return commits;
}

}  // namespace cadenza::delta
