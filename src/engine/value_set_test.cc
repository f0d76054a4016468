#include "engine/value_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <set>
#include <thread>
#include <vector>

namespace cadenza::engine {
namespace {

constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
constexpr int64_t kGreatest = std::numeric_limits<int64_t>::max();

std::vector<bool> Added(ValueSet* set, const std::vector<int64_t>& values) {
  const auto is_new = std::make_unique<bool[]>(values.size());
  EXPECT_TRUE(set->Add(values, is_new.get()));
  return std::vector<bool>(is_new.get(), is_new.get() + values.size());
}

TEST(ValueSet, EachValueIsNewOnce) {
  ValueSet set(10);
  EXPECT_EQ(Added(&set, {5, -1, 0, 5, kLeast, kGreatest}),
            (std::vector{true, true, true, false, true, true}));
  EXPECT_EQ(Added(&set, {-1, 0, 6, kGreatest, kLeast}),
            (std::vector{false, false, true, false, false}));
}

TEST(ValueSet, CountsWhatIsMissing) {
  ValueSet set(10);
  EXPECT_EQ(set.CountMissing(std::vector<int64_t>{0, -1}), 2u);
  Added(&set, {0, -1, kLeast});
  EXPECT_EQ(set.CountMissing(std::vector<int64_t>{0, -1, kLeast, 1, 1, kGreatest}), 3u);
  EXPECT_EQ(set.CountMissing({}), 0u);
}

TEST(ValueSet, IsAsTheStandardSet) {
  std::mt19937_64 random(3);
  std::vector<int64_t> values(100'000);
  for (int64_t& value : values) value = static_cast<int64_t>(random() % 30'000) - 15'000;
  std::set<int64_t> expected;
  ValueSet set(30'000);
  const std::vector<bool> is_new = Added(&set, values);
  for (size_t i = 0; i < values.size(); ++i) {
    ASSERT_EQ(is_new[i], expected.insert(values[i]).second) << i;
  }
}

TEST(ValueSet, ThreadsShareOutWhatIsNew) {
  constexpr int64_t kValues = 200'000;
  ValueSet set(kValues);
  std::vector<int64_t> values;
  for (int64_t value = 0; value < kValues; ++value) values.push_back(value * 1000 + 7);
  std::array<int64_t, 4> counts{};
  std::vector<std::thread> threads;
  for (size_t t = 0; t < counts.size(); ++t) {
    threads.emplace_back([&, t] {
      const auto is_new = std::make_unique<bool[]>(values.size());
      if (!set.Add(values, is_new.get())) return;
      counts[t] = std::count(is_new.get(), is_new.get() + values.size(), true);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counts[0] + counts[1] + counts[2] + counts[3], kValues);
}

/// Values whose search begins at one of few slots, so that threads want the same free slot at once.
std::vector<int64_t> CrowdedValues(size_t count) {
  std::vector<int64_t> values;
  for (uint64_t value = 1; values.size() < count; ++value) {
    const uint64_t place = (value * 0x9e3779b97f4a7c15ULL) >> 48;
    if (place < 4) values.push_back(static_cast<int64_t>(value - 1));
  }
  return values;
}

TEST(ValueSet, KeepsWhatTwoThreadsPutSideBySide) {
  const std::vector<int64_t> values = CrowdedValues(400);
  const std::vector<int64_t> backwards(values.rbegin(), values.rend());
  for (int round = 0; round < 300; ++round) {
    ValueSet set(values.size());
    std::atomic<int> ready{0};
    std::array<int64_t, 2> counts{};
    const auto add = [&](const std::vector<int64_t>& mine, int64_t* count) {
      const auto is_new = std::make_unique<bool[]>(mine.size());
      ready.fetch_add(1);
      while (ready.load() < 2) {
      }
      set.Add(mine, is_new.get());
      *count = std::count(is_new.get(), is_new.get() + mine.size(), true);
    };
    std::thread other(add, std::cref(backwards), &counts[1]);
    add(values, &counts[0]);
    other.join();
    ASSERT_EQ(counts[0] + counts[1], static_cast<int64_t>(values.size())) << "round " << round;
    ASSERT_EQ(set.CountMissing(values), 0u) << "round " << round;
  }
}

TEST(ValueSet, RefusesMoreThanItsSlots) {
  ValueSet set(1);
  std::vector<int64_t> values(100'000);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<int64_t>(i);
  const auto is_new = std::make_unique<bool[]>(values.size());
  EXPECT_FALSE(set.Add(values, is_new.get()));
}

}  // namespace
}  // namespace cadenza::engine
