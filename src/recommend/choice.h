#pragma once

#include <functional>
#include <vector>

#include "recommend/discovery.h"
#include "recommend/held_out.h"
#include "recommend/taste_model.h"

namespace cadenza::recommend {

struct Tried {
  TasteSettings settings;
  double ndcg_100 = 0;  ///< of the validation listeners
};

/// What was chosen, and by what.
struct Choice {
  TasteSettings settings;
  Dial dial;
  double ndcg_100 = 0;       ///< without the dial
  double dial_ndcg_100 = 0;  ///< with it
  std::vector<Tried> tried;
};

/// What the choice is made from: plays that are learned from, and listeners to see how that does.
struct ChoiceData {
  const PlayMatrix& liked;
  std::vector<float> trend;  ///< empty: there are no times
  const HeldOut& validation;
};

/// The settings with the best NDCG@100 of the validation listeners, from `first` on uphill: weight
/// of the unplayed and regularisation, then the number of factors, then blend and trend.
Result<Choice> ChooseSettings(const ChoiceData& data, const TasteSettings& first, size_t threads,
                              const std::function<bool()>& keep_going = {});

/// The strongest dial that costs at most this share of the NDCG@100 of the validation listeners;
/// `homes`: places of those listeners.
Result<void> ChooseDial(const ChoiceData& data, const TrackFacts& facts,
                        std::span<const int32_t> homes, double cost_max, size_t threads,
                        Choice* choice);

}  // namespace cadenza::recommend
