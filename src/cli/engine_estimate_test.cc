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

TEST(DecideEngine, SmallSourcesStayHere) {
  const EngineDecision decision = DecideEngine(Machine(10));
  EXPECT_FALSE(decision.is_spark);
  EXPECT_TRUE(Says(decision, "10.0 GB")) << decision.reason;
}

TEST(DecideEngine, LongWorkGoesToTheCluster) {
  const EngineDecision decision = DecideEngine(Machine(80));
  EXPECT_TRUE(decision.is_spark);
  EXPECT_TRUE(Says(decision, "more than 600 s")) << decision.reason;
}

TEST(DecideEngine, WhatDoesNotFitGoesToTheCluster) {
  EngineEstimate estimate = Machine(10);
  estimate.disk_bytes = 1'000'000'000;
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
