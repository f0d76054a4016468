#include "cli/engine_estimate.h"

#include <gtest/gtest.h>

namespace cadenza::cli {
namespace {

EngineEstimate Machine(int64_t gigabytes) {
  return {.source_bytes = gigabytes * 1'000'000'000,
          .memory_bytes = 2'000'000'000,
          .disk_bytes = 100'000'000'000,
          .cores = 2,
          .has_cluster = true};
}

bool Says(const EngineDecision& decision, const std::string& text) {
  return decision.reason.find(text) != std::string::npos;
}

TEST(MayPay, NotWhatIsDoneBeforeAClusterStarts) {
  EXPECT_FALSE(MayPay(Machine(4)));
  EXPECT_TRUE(MayPay(Machine(6)));
  EngineEstimate small = Machine(4);
  small.memory_bytes = small.disk_bytes = 500'000'000;
  EXPECT_TRUE(MayPay(small));
}

TEST(DecideEngine, SmallSourcesStayHere) {
  const EngineDecision decision = DecideEngine(Machine(4));
  EXPECT_FALSE(decision.is_spark);
  EXPECT_TRUE(Says(decision, "4.0 GB")) << decision.reason;
}

TEST(DecideEngine, AClusterOfAsManyCoresIsSlower) {
  EngineEstimate estimate = Machine(80);
  estimate.cluster_cores = estimate.cores;
  const EngineDecision decision = DecideEngine(estimate);
  EXPECT_FALSE(decision.is_spark);
  EXPECT_TRUE(Says(decision, "667 s of work for 2 cores here and 10040 s for the cluster's 2"))
      << decision.reason;
}

TEST(DecideEngine, AClusterOfManyCoresIsSooner) {
  EngineEstimate estimate = Machine(80);
  estimate.cluster_cores = 100;
  const EngineDecision decision = DecideEngine(estimate);
  EXPECT_TRUE(decision.is_spark);
  EXPECT_TRUE(Says(decision, "240 s for the cluster's 100")) << decision.reason;
}

TEST(DecideEngine, WhatDoesNotFitGoesToTheCluster) {
  EngineEstimate estimate = Machine(10);
  estimate.disk_bytes = 1'000'000'000;
  estimate.cluster_cores = 1;
  const EngineDecision decision = DecideEngine(estimate);
  EXPECT_TRUE(decision.is_spark);
  EXPECT_TRUE(Says(decision, "too large")) << decision.reason;
}

TEST(DecideEngine, WithoutAClusterThereIsNoChoice) {
  EngineEstimate estimate = Machine(500);
  estimate.has_cluster = false;
  const EngineDecision decision = DecideEngine(estimate);
  EXPECT_FALSE(decision.is_spark);
  EXPECT_TRUE(Says(decision, "no cluster")) << decision.reason;
}

TEST(UnpackedBytes, ByFormat) {
  EXPECT_EQ(UnpackedBytes("a.csv", 10), 10);
  EXPECT_EQ(UnpackedBytes("a.csv.gz", 10), 80);
  EXPECT_EQ(UnpackedBytes("part-0.parquet", 10), 40);
}

}  // namespace
}  // namespace cadenza::cli
