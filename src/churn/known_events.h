#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "base/result.h"
#include "lake/lake.h"

namespace cadenza::churn {

/// What was known of a cut-off when the log reached it: the events of the run that first brought an
/// event of the last hour before the cut-off or a later one, and of the runs before. Events that
/// later runs brought behind a cut-off are late there. The ledger says which run brought a file:
/// the one that read it last.
class KnownEvents {
 public:
  explicit KnownEvents(lake::Lake* lake) : lake_(lake) {}

  /// Finds the cut-offs (days since 1970) with late events. Reads `events`, which has to be bound.
  Status Find(const std::set<int32_t>& cut_offs);
  /// By the run that reached them.
  const std::map<int64_t, std::set<int32_t>>& cut_offs_by_run() const { return cut_offs_; }
  /// A hash of the files that are late there, by cut-off as a date; none of others.
  const std::map<std::string, std::string>& digests() const { return digests_; }

  /// Binds events, settled_events and listener_days as they were after a run, as far as its
  /// cut-offs need them: days from the last of them on may lack. Reads `all_listener_days`.
  Status Bind(int64_t run);
  /// As they are now.
  Status Unbind();

 private:
  Status BindEvents(const std::string& select);
  Status ComputeLateListeners();

  lake::Lake* lake_;
  std::map<int64_t, std::set<int32_t>> cut_offs_;
  std::map<std::string, std::string> digests_;
};

}  // namespace cadenza::churn
