#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "recommend/evaluation.h"

namespace cadenza::recommend {

/// Anybody's users and items, without a lake.
struct InteractionOptions {
  std::string learn_from;  ///< .csv (also .gz) or .parquet with user, item, value and maybe time
  std::string fold_in;     ///< whose lists are made, with what they are known to like; empty: all
  std::string out;         ///< .csv or .parquet: user, rank, item, score
  std::map<std::string, std::string> columns;  ///< user, item, value, time to the files' names
  size_t top = 100;
  int64_t memory_bytes = int64_t{2} << 30;
  EvaluationOptions evaluation;
  bool only_evaluate = false;
  std::function<void(const char*)> on_stage;
};

struct InteractionSummary {
  int64_t users = 0, items = 0, pairs = 0;
  int64_t lists = 0;          ///< users who got one
  int64_t unknown_items = 0;  ///< pairs of the fold-in whose item nothing was learned of
  Evaluation evaluation;
  double popular_ndcg_100 = 0;  ///< of the most frequent items, for the same validation users
  bool by_popularity = false;
};

/// kUsage for a column that is not there, kInput for a value that is none, with file, row and
/// column. The values of a pair that comes more than once are added up.
Result<InteractionSummary> RunInteractions(engine::Engine* engine,
                                           const InteractionOptions& options);

}  // namespace cadenza::recommend
