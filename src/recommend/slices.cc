#include "recommend/slices.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace cadenza::recommend {

void InSlices(size_t count, size_t slice, size_t threads,
              const std::function<void(size_t, size_t)>& work) {
  std::atomic<size_t> next{0};
  const auto run = [&] {
    while (true) {
      const size_t begin = next.fetch_add(slice);
      if (begin >= count) return;
      work(begin, std::min(begin + slice, count));
    }
  };
  std::vector<std::jthread> helpers;
  const size_t slices = (count + slice - 1) / slice;
  for (size_t t = 1; t < std::min(threads, slices); ++t) helpers.emplace_back(run);
  run();
}

}  // namespace cadenza::recommend
