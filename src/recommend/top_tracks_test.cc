#include "recommend/top_tracks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace cadenza::recommend {
namespace {

TEST(TopTracks, ExactlyTheBestThatWereNotHeard) {
  constexpr size_t kListeners = 101, kTracks = 2500, kTop = 20;
  FactorRows listeners = RandomRows(kListeners, 16, 1), tracks = RandomRows(kTracks, 16, 2);
  PlayMatrix heard;
  heard.columns = kTracks;
  std::mt19937 random(1);
  for (size_t u = 0; u < kListeners; ++u) {
    for (int32_t i = 0; i < static_cast<int32_t>(kTracks); ++i) {
      if (random() % 10 == 0) heard.Add(i, 1);
    }
    heard.EndRow();
  }
  std::vector<std::vector<Ranked>> lists(kListeners);
  TopTracks(listeners, tracks, heard, kTop, 2, [&](size_t u, std::span<const Ranked> list) {
    lists[u].assign(list.begin(), list.end());
  });
  for (size_t u = 0; u < kListeners; ++u) {
    std::vector<Ranked> all;
    for (size_t i = 0; i < kTracks; ++i) {
      if (std::ranges::binary_search(heard.Places(u), static_cast<int32_t>(i))) continue;
      float product = 0;
      for (size_t k = 0; k < 16; ++k) product += listeners.Row(u)[k] * tracks.Row(i)[k];
      all.push_back({static_cast<int32_t>(i), product});
    }
    std::ranges::sort(all, ComesBefore);
    ASSERT_EQ(lists[u].size(), kTop);
    for (size_t i = 0; i < kTop; ++i) EXPECT_NEAR(lists[u][i].score, all[i].score, 1e-6);
  }
}

TEST(TopList, EqualScoresByTheNumberOfTheTrack) {
  const std::vector<float> scores(1000, 0.5F);
  TopList list(3);
  list.Show(scores, 0);
  const auto best = list.Finish();
  ASSERT_EQ(best.size(), 3U);
  for (int32_t i = 0; i < 3; ++i) EXPECT_EQ(best[static_cast<size_t>(i)].track, i);
}

TEST(TopList, WhatIsExcludedFillsNoList) {
  std::vector<float> scores(100, kExcluded);
  scores[42] = -7;
  TopList list(5);
  list.Show(scores, 0);
  ASSERT_EQ(list.Finish().size(), 1U);
}

}  // namespace
}  // namespace cadenza::recommend
