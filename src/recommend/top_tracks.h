#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "recommend/factor_model.h"
#include "recommend/play_matrix.h"

namespace cadenza::recommend {

struct Ranked {
  int32_t track = 0;
  float score = 0;

  bool operator==(const Ranked&) const = default;
};

/// Higher scores first, equal ones by the number of the track.
inline bool ComesBefore(const Ranked& a, const Ranked& b) {
  return a.score > b.score || (a.score == b.score && a.track < b.track);
}

/// A track with this score is never in a list.
inline constexpr float kExcluded = -3e38F;

/// Keeps the best of the scores that it is shown. Exact. Memory: 4 k numbers.
class TopList {
 public:
  explicit TopList(size_t k) : k_(k) {}
  void Clear() {
    found_.clear();
    least_ = kExcluded;
  }
  /// Scores of the tracks from `first` on.
  void Show(std::span<const float> scores, int32_t first);
  /// The best, in order; the list is to be cleared after it.
  std::span<const Ranked> Finish();

 private:
  void Shrink();

  size_t k_;
  float least_ = kExcluded;      ///< what a score has to exceed
  std::vector<uint64_t> found_;  ///< keys: a track and its score in one number
  std::vector<Ranked> list_;
};

/// For each listener the k tracks with the greatest products of the factors, those in `heard` (rows
/// are the listeners) left out. `take` is called from several threads, once a listener.
void TopTracks(const FactorRows& listeners, const FactorRows& tracks, const PlayMatrix& heard,
               size_t k, size_t threads,
               const std::function<void(size_t listener, std::span<const Ranked>)>& take);

}  // namespace cadenza::recommend
