// RowCounter against GROUP BY.

#include <gtest/gtest.h>

#include <filesystem>

#include "engine/row_counter.h"
#include "engine/test_engine.h"

namespace cadenza::engine {
namespace {

/// Both relations' rows that the other has not.
void ExpectSame(Engine& engine, const std::string& one, const std::string& other) {
  for (const auto& [more, less] : {std::pair(one, other), std::pair(other, one)}) {
    EXPECT_EQ(
        Value(engine, fmt::format("SELECT count(*) FROM ({} EXCEPT ALL {}) AS d", more, less)), "0")
        << more;
  }
}

std::string Texts(size_t texts) {
  std::string columns;
  for (size_t t = 1; t <= texts; ++t) columns += fmt::format(", text_{}", t);
  return columns;
}

std::string Rounded(const std::string& select, int64_t unit) {
  return fmt::format(
      "(SELECT * REPLACE (CAST(floor(number / {0}) * {0} AS BIGINT) AS number) FROM ({1}) AS s "
      "WHERE number IS NOT NULL) AS r",
      unit, select);
}

void ExpectCounts(Engine& engine, const std::string& counted, const std::string& rows,
                  size_t texts) {
  ExpectSame(
      engine, fmt::format("SELECT number{}, rows FROM {}", Texts(texts), counted),
      fmt::format("SELECT number{0}, count(*) FROM {1} GROUP BY number{0}", Texts(texts), rows));
}

void ExpectSums(Engine& engine, const std::string& rows, size_t texts) {
  ExpectSame(engine,
             fmt::format("SELECT number, rows, texts{} FROM counted_sums", Texts(texts - 1)),
             fmt::format(
                 "SELECT number, count(*), count(DISTINCT text_{2}){0} FROM {1} GROUP BY number{0}",
                 Texts(texts - 1), rows, texts));
}

/// The file has the rows, and what it says of itself is true of them.
void ExpectFile(Engine& engine, const std::string& rows, size_t texts) {
  using enum CountColumn::Kind;
  const TestFolder folder;
  std::vector<CountColumn> columns = {{.name = "later", .kind = kTime, .plus = 5},
                                      {.name = "none", .kind = kText},
                                      {.name = "rows", .kind = kRows}};
  for (size_t t = 1; t <= texts; ++t) {
    columns.push_back({.name = fmt::format("text_{}", t), .kind = kText, .text = t});
  }
  WriteRequest request;
  request.folder = folder.path();
  request.subfolder = "of=counts";
  const auto written = CounterOf(&engine)->WriteCounts("counted", request, columns);
  ASSERT_TRUE(written.ok()) << MessageOf(written);
  if (Value(engine, "SELECT count(*) FROM counted") == "0") {
    EXPECT_TRUE(written->empty());
    return;
  }
  ASSERT_EQ(written->size(), 1u);
  const WrittenFile& file = written->front();
  EXPECT_TRUE(file.path.starts_with("of=counts/part-")) << file.path;
  const std::string path = folder.File(file.path);
  EXPECT_EQ(file.size_bytes, static_cast<int64_t>(std::filesystem::file_size(path)));
  EXPECT_EQ(std::to_string(file.rows), Value(engine, "SELECT count(*) FROM counted"));
  EXPECT_EQ(file.columns.at("none").null_count, file.rows);
  const std::string read = fmt::format(
      "(SELECT * REPLACE (epoch_us(later) - 5 AS later) FROM read_parquet('{}')) AS f", path);
  ExpectCounts(engine,
               fmt::format("(SELECT later AS number, * EXCLUDE (later) FROM {} WHERE none IS NULL) "
                           "AS c",
                           read),
               rows, texts);
  EXPECT_EQ(Value(engine, fmt::format("SELECT count(*) FROM (SELECT later < lag(later) OVER (ORDER "
                                      "BY file_row_number) AS falls FROM read_parquet('{}', "
                                      "file_row_number = true)) AS steps WHERE falls",
                                      path)),
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
        "END AS number{1} FROM range({2}) AS r(i)",
        numbers, columns, rows);
    const auto unit = static_cast<int64_t>(3 * texts - 2);
    const auto totals = CounterOf(engine.get())->CountRows("counted", select, texts, unit);
    ASSERT_TRUE(totals.ok()) << MessageOf(totals);
    ASSERT_TRUE(totals->has_value());
    EXPECT_EQ((*totals)->rows, rows);
    EXPECT_EQ((*totals)->without_number, (rows + 96) / 97);
    const std::string greatest =
        Value(*engine, fmt::format("SELECT max(number) FROM ({}) AS s", select));
    EXPECT_EQ((*totals)->greatest ? std::to_string(*(*totals)->greatest) : "NULL", greatest);
    ExpectCounts(*engine, "counted", Rounded(select, unit), texts);
    ExpectSums(*engine, Rounded(select, unit), texts);
    ExpectFile(*engine, Rounded(select, unit), texts);
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
                                      "'a' AS text_1 FROM range(100000) AS r(i)",
                                      1, 1);
  ASSERT_TRUE(totals.ok() && totals->has_value()) << MessageOf(totals);
  EXPECT_EQ(Value(*engine,
                  "SELECT count(*) FROM (SELECT number < lag(number) OVER () AS falls FROM "
                  "counted) AS steps WHERE falls"),
            "0");
}

/// What the file has as number, text_1.
std::string ReadBack(const std::string& path) {
  return fmt::format("SELECT epoch_us(time) AS number, text AS text_1 FROM read_parquet('{}')",
                     path);
}

/// Counts with one text, written.
std::string WrittenFileOf(Engine& engine, const TestFolder& folder, const std::string& select) {
  using enum CountColumn::Kind;
  const auto totals = CounterOf(&engine)->CountRows("counted", select, 1, 1);
  EXPECT_TRUE(totals.ok() && totals->has_value()) << MessageOf(totals);
  WriteRequest request;
  request.folder = folder.path();
  const auto written = CounterOf(&engine)->WriteCounts(
      "counted", request,
      {{.name = "time", .kind = kTime}, {.name = "text", .kind = kText, .text = 1}});
  EXPECT_TRUE(written.ok() && written->size() == 1) << MessageOf(written);
  return folder.File(written->front().path);
}

TEST(WriteCountsTest, LongTextsMakeRowGroupsOfFewerRows) {
  const auto engine = OpenTestEngine(2);
  const TestFolder folder;
  const std::string select =
      "SELECT i AS number, repeat('x', 20000) || (i % 300) AS text_1 FROM range(5000) AS r(i)";
  const std::string path = WrittenFileOf(*engine, folder, select);
  ExpectSame(*engine, ReadBack(path), select);
  EXPECT_EQ(Value(*engine, fmt::format("SELECT max(row_group_num_rows) BETWEEN 1000 AND 2000 FROM "
                                       "parquet_metadata('{}')",
                                       path)),
            "true");
}

TEST(WriteCountsTest, RowGroupsWithoutAValueDoNotSpoilTheNext) {
  const auto engine = OpenTestEngine(1);
  const TestFolder folder;
  const std::string select =
      "SELECT i AS number, CASE WHEN i >= 150000 THEN 'platform-' || i % 3 END AS text_1 FROM "
      "range(400000) AS r(i)";
  const std::string path = WrittenFileOf(*engine, folder, select);
  ExpectSame(*engine, ReadBack(path), select);
  EXPECT_EQ(Value(*engine, fmt::format("SELECT string_agg(DISTINCT encodings) FROM "
                                       "parquet_metadata('{}') WHERE path_in_schema = 'text' AND "
                                       "stats_null_count = 0",
                                       path)),
            Value(*engine, fmt::format("SELECT string_agg(DISTINCT encodings) FROM "
                                       "parquet_metadata('{}') WHERE path_in_schema = 'text' AND "
                                       "dictionary_page_offset IS NOT NULL",
                                       path)));
}

TEST(WriteCountsTest, AFileThatCannotBeWrittenIsSaid) {
  const auto engine = OpenTestEngine(2);
  const auto totals =
      CounterOf(engine.get())
          ->CountRows("counted", "SELECT i AS number, 'a' AS text_1 FROM range(300000) AS r(i)", 1,
                      1);
  ASSERT_TRUE(totals.ok() && totals->has_value());
  const TestFolder folder;
  WriteRequest request;
  request.folder = folder.path();
  request.file_prefix = "no/such/folder";
  const auto written =
      CounterOf(engine.get())
          ->WriteCounts("counted", request, {{.name = "rows", .kind = CountColumn::Kind::kRows}});
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().kind, ErrorKind::kIo);
}

TEST(CountRowsMemoryTest, WhatTakesTooMuchIsLeftToAQuery) {
  DuckDbOptions options;
  options.threads = 2;
  options.memory_bytes = int64_t{64} << 20;
  auto engine = OpenDuckDb(options);
  ASSERT_TRUE(engine.ok());
  const char* select = "SELECT i AS number, CAST(i AS VARCHAR) AS text_1 FROM range({}) AS r(i)";
  const auto large = CounterOf(engine->get())
                         ->CountRows("counted", fmt::format(fmt::runtime(select), 2'000'000), 1, 1);
  ASSERT_TRUE(large.ok()) << MessageOf(large);
  EXPECT_FALSE(large->has_value());
  EXPECT_FALSE((*engine)->Query("SELECT * FROM counted").ok());
  const auto small =
      CounterOf(engine->get())->CountRows("counted", fmt::format(fmt::runtime(select), 1000), 1, 1);
  ASSERT_TRUE(small.ok() && small->has_value());
  EXPECT_EQ(Value(**engine, "SELECT sum(rows) FROM counted"), "1000");
}

TEST(CountRowsMemoryTest, AUsersQueryReachesNoRowsThatAreNotThere) {
  const auto engine = OpenTestEngine();
  EXPECT_FALSE(engine->Query("SELECT * FROM cadenza_counted_rows(7)").ok());
  EXPECT_FALSE(engine->Query("SELECT * FROM cadenza_counted_sums(7)").ok());
  EXPECT_FALSE(engine->Query("SELECT cadenza_count_row(7, 1, 'a')").ok());
}

}  // namespace
}  // namespace cadenza::engine
