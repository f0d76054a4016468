#include "recommend/top_tracks.h"

#include <cblas.h>

#include <algorithm>

#include "recommend/slices.h"

namespace cadenza::recommend {
namespace {

// A block of scores stays in the cache between the product and the search.
constexpr size_t kListenersAtOnce = 96;
constexpr size_t kTracks = 1024;
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

}  // namespace

void TopList::Show(std::span<const float> scores, int32_t first) {
  const auto look = [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      if (scores[i] > least_) found_.push_back({first + static_cast<int32_t>(i), scores[i]});
    }
    if (found_.size() >= 4 * k_) Shrink();
  };
  const size_t even = scores.size() / kStep * kStep;
  for (size_t at = 0; (at = NextAbove(scores.data(), at, even, least_)) < even; at += kStep) {
    look(at, at + kStep);
  }
  look(even, scores.size());
}

void TopList::Shrink() {
  if (found_.size() <= k_) return;
  const auto last = found_.begin() + static_cast<std::ptrdiff_t>(k_) - 1;
  std::nth_element(found_.begin(), last, found_.end(), ComesBefore);
  found_.resize(k_);
  // Later tracks with an equal score come behind, so that they may be passed over.
  least_ = found_.back().score;
}

std::span<const Ranked> TopList::Finish() {
  if (k_ == 0) found_.clear();
  Shrink();
  std::ranges::sort(found_, ComesBefore);
  return found_;
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
