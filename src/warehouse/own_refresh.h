#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "warehouse/job.h"
#include "warehouse/own_models.h"

namespace cadenza::warehouse {

struct OwnRefreshOptions {
  JobOptions job;  ///< stages: the names of the models, "commit"
  /// Only models of which an input, or the text, changed after this run; empty: all.
  std::optional<int64_t> changed_after;
  bool drop_gone = false;  ///< the tables of models that are in no folder any more
};

/// What became of one model.
struct OwnOutcome {
  enum class State {
    kWritten,
    kSame,   ///< computed, and as it was
    kWaits,  ///< the lake lacks a table that it reads, or that table's model failed
    kFailed,
    kDropped,
  };
  State state = State::kSame;
  int64_t rows = 0;
  std::string why;  ///< it waits or failed
};
std::string_view StateName(OwnOutcome::State state);

struct OwnSummary : JobSummary {
  std::map<std::string, OwnOutcome> models;  ///< that were looked at
  std::vector<std::string> gone;             ///< in the lake, but in none of the folders

  bool has_failed() const;
};

/// Computes a user's own models, each after what it reads, and commits what differs in one run. A
/// model that fails, also by its audits, leaves its table as it is and the others alone.
Result<OwnSummary> RefreshOwnModels(lake::Lake* lake, const OwnModels& own,
                                    const OwnRefreshOptions& options);

}  // namespace cadenza::warehouse
