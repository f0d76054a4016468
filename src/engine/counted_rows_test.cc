// RowCounter against GROUP BY.

#include <gtest/gtest.h>

#include <random>

#include "engine/row_counter.h"
#include "engine/test_engine.h"

namespace cadenza::engine {
namespace {

/// Both relations' rows that the other has not.
void ExpectEqual(Engine& engine, const std::string& select, size_t texts) {
  std::string columns;
  for (size_t t = 1; t <= texts; ++t) columns += fmt::format(", text_{}", t);
  const std::string counted = fmt::format("SELECT number{}, rows FROM counted", columns);
  const std::string grouped = fmt::format(
      "SELECT number{0}, count(*) AS rows FROM ({1}) AS s WHERE number IS NOT NULL GROUP BY "
      "number{0}",
      columns, select);
  EXPECT_EQ(
      Value(engine, fmt::format("SELECT count(*) FROM ({} EXCEPT ALL {}) AS d", counted, grouped)),
      "0");
  EXPECT_EQ(
      Value(engine, fmt::format("SELECT count(*) FROM ({} EXCEPT ALL {}) AS d", grouped, counted)),
      "0");
}

struct Shape {
  int rows, numbers, words;
};

class CountRowsTest : public testing::TestWithParam<Shape> {};

TEST_P(CountRowsTest, AsGroupByWould) {
  const auto engine = OpenTestEngine(3);
  const auto [rows, numbers, words] = GetParam();
  for (size_t texts = 1; texts <= 3; ++texts) {
    std::string columns;
    for (size_t t = 1; t <= texts; ++t) {
      // NULL, empty, short and long.
      columns += fmt::format(
          ", CASE hash(i, {0}) % {1} WHEN 0 THEN NULL WHEN 1 THEN '' ELSE repeat('x', CAST(hash(i, "
          "{0}) % 20 AS INTEGER)) || (hash(i, {0}) % {1}) END AS text_{0}",
          t, words);
    }
    const std::string select = fmt::format(
        "SELECT CASE WHEN i % 97 = 0 THEN NULL ELSE CAST(hash(i, 0) % {0} AS BIGINT) - {0} // 2 "
        "END AS number, i AS measure{1} FROM range({2}) AS r(i)",
        numbers, columns, rows);
    const auto totals = CounterOf(engine.get())->CountRows("counted", select, texts);
    ASSERT_TRUE(totals.ok()) << MessageOf(totals);
    ASSERT_TRUE(totals->has_value());
    EXPECT_EQ((*totals)->rows, rows);
    EXPECT_EQ((*totals)->without_number, (rows + 96) / 97);
    const int last = rows - 1 - ((rows - 1) % 97 == 0 ? 1 : 0);
    if (rows > 1) {
      EXPECT_EQ((*totals)->greatest, last);
    }
    ExpectEqual(*engine, select, texts);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, CountRowsTest,
                         testing::Values(Shape{0, 1, 3}, Shape{1, 1, 3}, Shape{500, 1, 3},
                                         Shape{300'000, 40, 9}, Shape{300'000, 100'000, 50'000},
                                         Shape{200'000, 1, 150'000}));

TEST(CountRowsOrderTest, RowsComeInTheOrderOfTheNumber) {
  const auto engine = OpenTestEngine(1);
  const auto totals = CounterOf(engine.get())
                          ->CountRows("counted",
                                      "SELECT CAST(hash(i) % 5000 AS BIGINT) - 2500 AS number, "
                                      "NULL::BIGINT AS measure, 'a' AS "
                                      "text_1 FROM range(100000) AS r(i)",
                                      1);
  ASSERT_TRUE(totals.ok() && totals->has_value()) << MessageOf(totals);
  EXPECT_EQ((*totals)->greatest, std::nullopt);
  EXPECT_EQ(Value(*engine,
                  "SELECT count(*) FROM (SELECT number < lag(number) OVER () AS falls FROM "
                  "counted) AS steps WHERE falls"),
            "0");
}

TEST(CountRowsMemoryTest, WhatTakesTooMuchIsLeftToAQuery) {
  DuckDbOptions options;
  options.threads = 2;
  options.memory_bytes = int64_t{64} << 20;
  auto engine = OpenDuckDb(options);
  ASSERT_TRUE(engine.ok());
  const char* select =
      "SELECT i AS number, i AS measure, CAST(i AS VARCHAR) AS text_1 FROM range({}) AS r(i)";
  const auto large = CounterOf(engine->get())
                         ->CountRows("counted", fmt::format(fmt::runtime(select), 2'000'000), 1);
  ASSERT_TRUE(large.ok()) << MessageOf(large);
  EXPECT_FALSE(large->has_value());
  EXPECT_FALSE((*engine)->Query("SELECT * FROM counted").ok());
  const auto small =
      CounterOf(engine->get())->CountRows("counted", fmt::format(fmt::runtime(select), 1000), 1);
  ASSERT_TRUE(small.ok() && small->has_value());
  EXPECT_EQ(Value(**engine, "SELECT sum(rows) FROM counted"), "1000");
}

TEST(CountRowsMemoryTest, AUsersQueryReachesNoRowsThatAreNotThere) {
  const auto engine = OpenTestEngine();
  EXPECT_FALSE(engine->Query("SELECT * FROM cadenza_counted_rows(7)").ok());
  EXPECT_FALSE(engine->Query("SELECT cadenza_count_row(7, 1, 1, 'a')").ok());
}

}  // namespace
}  // namespace cadenza::engine
