#include "recommend/top_tracks.h"

#include <cblas.h>

#include <algorithm>
#include <bit>
#include <functional>

#include "recommend/slices.h"

namespace cadenza::recommend {
namespace {

// A block of scores stays in the cache between the product and the search.
constexpr size_t kListenersAtOnce = 256;
constexpr size_t kTracks = 512;
constexpr size_t kStep = 32;  ///< scores that are compared at once

using Eight = float __attribute__((vector_size(32), aligned(4), may_alias));
using EightMasks = int32_t __attribute__((vector_size(32)));
using FourMasks = int64_t __attribute__((vector_size(32)));

/// The first place from `at` on where one of the next kStep scores exceeds the least; `end` where
/// there is none. The distance to the end is a multiple of kStep.
[[gnu::target_clones("avx2", "default")]] size_t NextAbove(const float* scores, size_t at,
                                                           size_t end, float least) {
  const Eight bound = {least, least, least, least, least, least, least, least};
  for (; at < end; at += kStep) {
    const auto* eights = reinterpret_cast<const Eight*>(scores + at);
    const EightMasks above =
        (eights[0] > bound) | (eights[1] > bound) | (eights[2] > bound) | (eights[3] > bound);
    const auto any = reinterpret_cast<FourMasks>(above);
    if ((any[0] | any[1]) | (any[2] | any[3])) break;
  }
  return at;
}

/// Which of the next kStep scores exceed the least, a bit each: most of the first thousand do, and
/// a branch for each would be foretold wrongly.
[[gnu::target_clones("avx2", "default")]] uint32_t Above(const float* scores, float least) {
  const Eight bound = {least, least, least, least, least, least, least, least};
  const EightMasks bits = {1, 2, 4, 8, 16, 32, 64, 128};
  const auto* eights = reinterpret_cast<const Eight*>(scores);
  const EightMasks above = ((eights[0] > bound) & bits) | ((eights[1] > bound) & (bits << 8)) |
                           ((eights[2] > bound) & (bits << 16)) |
                           ((eights[3] > bound) & (bits << 24));
  return static_cast<uint32_t>(above[0] | above[1] | above[2] | above[3] | above[4] | above[5] |
                               above[6] | above[7]);
}

constexpr uint32_t kSign = 0x80000000;

/// One number that grows as ComesBefore orders: by the score, then by the track.
uint64_t KeyOf(float score, int32_t track) {
  const auto bits = std::bit_cast<uint32_t>(score + 0.0F);  // -0 is 0
  const uint32_t ordered = (bits & kSign) != 0 ? ~bits : bits | kSign;
  return uint64_t{ordered} << 32 | ~static_cast<uint32_t>(track);
}

Ranked RankedOf(uint64_t key) {
  const auto ordered = static_cast<uint32_t>(key >> 32);
  return {static_cast<int32_t>(~static_cast<uint32_t>(key)),
          std::bit_cast<float>((ordered & kSign) != 0 ? ordered & ~kSign : ~ordered)};
}

}  // namespace

void TopList::Show(std::span<const float> scores, int32_t first) {
  if (k_ == 0) return;
  const auto add = [&](size_t i) {
    found_.push_back(KeyOf(scores[i], first + static_cast<int32_t>(i)));
  };
  const size_t even = scores.size() / kStep * kStep;
  for (size_t at = 0; (at = NextAbove(scores.data(), at, even, least_)) < even; at += kStep) {
    for (uint32_t above = Above(scores.data() + at, least_); above != 0; above &= above - 1) {
      add(at + static_cast<size_t>(std::countr_zero(above)));
    }
    if (found_.size() >= 3 * k_) Shrink();
  }
  for (size_t i = even; i < scores.size(); ++i) {
    if (scores[i] > least_) add(i);
  }
  if (found_.size() >= 3 * k_) Shrink();
}

void TopList::Shrink() {
  if (found_.size() <= k_) return;
  const auto last = found_.begin() + static_cast<std::ptrdiff_t>(k_) - 1;
  std::nth_element(found_.begin(), last, found_.end(), std::greater<>());
  found_.resize(k_);
  // Later tracks with an equal score come behind, so that they may be passed over.
  least_ = RankedOf(found_.back()).score;
}

std::span<const Ranked> TopList::Finish() {
  Shrink();
  std::ranges::sort(found_, std::greater<>());
  list_.clear();
  for (const uint64_t key : found_) list_.push_back(RankedOf(key));
  return list_;
}

void TopTracks(const FactorRows& listeners, const FactorRows& tracks, const PlayMatrix& heard,
               size_t k, size_t threads,
               const std::function<void(size_t, std::span<const Ranked>)>& take) {
  const size_t width = tracks.width(), count = tracks.rows();
  const auto stride = static_cast<int>(width);
  InSlices(listeners.rows(), kListenersAtOnce, threads, [&](size_t begin, size_t end) {
    std::vector<float> scores(kListenersAtOnce * kTracks);
    std::vector<TopList> lists(end - begin, TopList(k));
    std::vector<size_t> passed(end - begin);  // of the heard tracks
    for (size_t first = 0; first < count; first += kTracks) {
      const size_t some = std::min(kTracks, count - first);
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<int>(end - begin),
                  static_cast<int>(some), stride, 1, listeners.values.data() + begin * width,
                  stride, tracks.values.data() + first * width, stride, 0, scores.data(),
                  static_cast<int>(kTracks));
      for (size_t i = 0; i < lists.size(); ++i) {
        float* const row = scores.data() + i * kTracks;
        const auto places = heard.Places(begin + i);
        for (size_t& at = passed[i];
             at < places.size() && static_cast<size_t>(places[at]) < first + some; ++at) {
          row[static_cast<size_t>(places[at]) - first] = kExcluded;
        }
        lists[i].Show({row, some}, static_cast<int32_t>(first));
      }
    }
    for (size_t i = 0; i < lists.size(); ++i) take(begin + i, lists[i].Finish());
  });
}

}  // namespace cadenza::recommend
