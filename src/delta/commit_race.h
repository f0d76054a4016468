#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/result.h"
#include "delta/transaction.h"

namespace cadenza::delta {

/// What one commit relies on: nothing of it may be broken by commits that came first.
struct CommitClaim {
  ReadScope scope = ReadScope::kWholeTable;
  bool creates_table = false;
  std::unordered_set<std::string> removed_paths;
  std::optional<std::pair<std::string, int64_t>> app_version;
  std::string transaction_id;
};

/// Makes the text the commit after base_version, or after those that came first in the meantime as
/// long as they leave the claim whole; else kConflict.
Result<CommitResult> RaceForVersion(ObjectStore& table, int64_t base_version,
                                    const std::string& text, const CommitClaim& claim);

}  // namespace cadenza::delta
