#include "spark/stage_progress.h"

#include <algorithm>

namespace cadenza::spark {

double StageProgress::Advance(const StageCounts& counts) {
  const double share =
      counts.tasks > 0 ? static_cast<double>(counts.tasks_done) / static_cast<double>(counts.tasks)
                       : 0;
  share_ = std::clamp(share, share_, 1.0);
  return share_;
}

}  // namespace cadenza::spark
