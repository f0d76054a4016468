#include "simulate/chain.h"

#include <algorithm>
#include <cassert>

namespace cadenza::simulate {

Chain::Chain(const Profile& profile) {
  for (size_t state = 0; state < 4; ++state) {
    const auto& chains = state < 2 ? profile.logged_in : profile.logged_out;
    for (const ChainRow& from : chains[state % 2]) {
      Row& row = rows_[state * kPages + static_cast<size_t>(from.from)];
      double sum = 0;
      for (const Step& step : from.steps) {
        assert(static_cast<size_t>(row.steps) < kMaxSteps);
        sum += step.probability;
        const auto at = static_cast<size_t>(row.steps++);
        row.until[at] = static_cast<uint32_t>(std::min(sum * 0x1.0p32, 0x1.0p32 - 1));
        row.to[at] = step.to;
      }
      assert(sum < 1 + 1e-9);
    }
  }
}

double Chain::Probability(Auth auth, Level level, Page from, Page to) const {
  const Row& row = RowOf(auth, level, from);
  double before = 0;
  double found = 0;
  for (size_t i = 0; i < static_cast<size_t>(row.steps); ++i) {
    const double until = static_cast<double>(row.until[i]) * 0x1.0p-32;
    if (row.to[i] == to) found += until - before;
    before = until;
  }
  return found;
}

}  // namespace cadenza::simulate
