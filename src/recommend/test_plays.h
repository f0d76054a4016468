#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "recommend/history.h"

namespace cadenza::recommend {

/// Listeners of `groups` tastes, who play the tracks of their own group mostly, over some days.
inline History GroupedHistory(int listeners, int tracks, int groups, int days, double loyalty,
                              unsigned seed = 1) {
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  History history;
  history.tracks = tracks;
  history.days = days;
  for (int listener = 0; listener < listeners; ++listener) {
    history.listener_ids.push_back(std::to_string(listener));
    std::vector<std::pair<int, int>> played;
    for (int play = 0; play < 4 * days; ++play) {
      // The first of a group's tracks are played most.
      const int of_group = std::min(below(tracks / groups), below(tracks / groups));
      const bool own = below(1000) < static_cast<int>(1000 * loyalty);
      const int group = own ? listener % groups : below(groups);
      played.emplace_back(of_group * groups + group, below(days));
    }
    std::ranges::sort(played);
    for (size_t i = 0; i < played.size(); ++i) {
      if (i > 0 && played[i] == played[i - 1]) {
        ++history.entries.back().plays;
        continue;
      }
      history.entries.push_back({played[i].first, static_cast<int16_t>(played[i].second), 1, 0, 0});
    }
    history.begins.push_back(static_cast<int64_t>(history.entries.size()));
  }
  return history;
}

}  // namespace cadenza::recommend
