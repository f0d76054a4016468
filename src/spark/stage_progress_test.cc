#include "spark/stage_progress.h"

#include <gtest/gtest.h>

namespace cadenza::spark {
namespace {

TEST(StageProgress, NeverFallsWhenStagesAreAdded) {
  StageProgress progress;
  EXPECT_DOUBLE_EQ(progress.Advance({}), 0);
  EXPECT_DOUBLE_EQ(progress.Advance({3, 4, 0, 0, 0}), 0.75);
  EXPECT_DOUBLE_EQ(progress.Advance({4, 40, 0, 0, 0}), 0.75);
  EXPECT_DOUBLE_EQ(progress.Advance({36, 40, 0, 0, 0}), 0.9);
  EXPECT_DOUBLE_EQ(progress.Advance({50, 40, 0, 0, 0}), 1);
  EXPECT_DOUBLE_EQ(progress.Advance({}), 1);
}

}  // namespace
}  // namespace cadenza::spark
