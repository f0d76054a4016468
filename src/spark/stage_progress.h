#pragma once

#include <cstdint>

namespace cadenza::spark {

/// What the server said last of a job.
struct StageCounts {
  int64_t tasks_done = 0;
  int64_t tasks = 0;
  int64_t stages_done = 0;
  int64_t stages = 0;
  int64_t bytes_read = 0;
};

/// The share of a job that is done. Spark learns of stages as it goes, so tasks done / tasks falls
/// each time one is added; what is shown never does.
class StageProgress {
 public:
  /// 0 to 1, not below any earlier one.
  double Advance(const StageCounts& counts);

 private:
  double share_ = 0;
};

}  // namespace cadenza::spark
