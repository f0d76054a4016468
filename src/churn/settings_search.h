#pragma once

#include <span>

#include "base/result.h"
#include "churn/hazard.h"

namespace cadenza::churn {

/// What came of a search.
struct SettingsSearch {
  TreeSettings best;
  int tried = 0;              ///< besides the usual settings; 0: nothing was searched
  double usual_log_loss = 0;  ///< of the usual settings, on the listeners that were held out
  double best_log_loss = 0;
};

/// Random search (Bergstra and Bengio, JMLR 13 (2012) 281) of settings for trees, by the log loss
/// of cancellations in folds of the listeners of `rows` alone: whoever is to be tested on others
/// may search. The usual settings win unless others are better by 0.1 %. `options.seed` draws; the
/// same on any number of threads. Too few rows to hold any out: the usual settings.
Result<SettingsSearch> SearchSettings(const Snapshots& data, std::span<const size_t> rows,
                                      int64_t known_until, HazardOptions options, int draws);

}  // namespace cadenza::churn
