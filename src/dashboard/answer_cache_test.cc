#include "dashboard/answer_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace cadenza::dashboard {
namespace {

Result<TileRows> Rows(const std::string& rows) { return TileRows{.rows = rows}; }

TEST(AnswerCache, WhatManyAskForAtOnceIsComputedOnce) {
  AnswerCache cache(1 << 20);
  std::atomic<int> computed = 0;
  std::vector<std::thread> readers;
  readers.reserve(8);
  for (int i = 0; i < 8; ++i) {
    readers.emplace_back([&] {
      const auto rows = cache.Get("a", [&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        ++computed;
        return Rows("[1]");
      });
      EXPECT_TRUE(rows.ok() && rows->rows == "[1]");
    });
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(computed, 1);
}

TEST(AnswerCache, AnErrorIsNotKept) {
  AnswerCache cache(1 << 20);
  const auto failed = cache.Get(
      "a", []() -> Result<TileRows> { return MakeError(ErrorKind::kConflict, "interrupted"); });
  EXPECT_FALSE(failed.ok());
  const auto rows = cache.Get("a", [] { return Rows("[1]"); });
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ(rows->rows, "[1]");
}

TEST(AnswerCache, TheOneThatNobodyAskedForLongestGoes) {
  AnswerCache cache(2'000);
  const std::string long_rows(800, 'x');
  int computed = 0;
  const auto ask = [&](const char* key) {
    const auto rows = cache.Get(key, [&] {
      ++computed;
      return Rows(long_rows);
    });
    EXPECT_TRUE(rows.ok());
  };
  for (const char* key : {"a", "b", "a", "c"}) ask(key);
  EXPECT_EQ(computed, 3);
  EXPECT_LE(cache.bytes(), 2'000);
  ask("a");
  EXPECT_EQ(computed, 3);
  ask("b");
  EXPECT_EQ(computed, 4);
}

TEST(AnswerCache, RowsThatNeverFitAreGivenAllTheSame) {
  AnswerCache cache(10);
  const auto rows = cache.Get("a", [] { return Rows("[1, 2, 3]"); });
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ(rows->rows, "[1, 2, 3]");
  EXPECT_EQ(cache.bytes(), 0);
}

}  // namespace
}  // namespace cadenza::dashboard
