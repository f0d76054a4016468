#include "engine/typed_rows.h"

#include <cmath>

#include "engine/test_engine.h"

namespace cadenza::engine {
namespace {

class TypedRowsTest : public testing::Test {
 protected:
  /// All batches as one.
  Result<TypedBatch> Read(const std::string& select) {
    TypedBatch all;
    const Status status = ReadTyped(engine_.get(), select, [&](const TypedBatch& batch) -> Status {
      if (all.columns.empty()) all.columns = batch.columns;
      all.rows += batch.rows;
      for (size_t c = 0; c < batch.columns.size() && batch.rows > 0; ++c) {
        for (size_t row = 0; row < batch.rows; ++row) {
          all.columns[c].null.push_back(batch.columns[c].null[row]);
        }
        for (const int64_t value : batch.columns[c].whole) all.columns[c].whole.push_back(value);
        for (const double value : batch.columns[c].numbers) all.columns[c].numbers.push_back(value);
        for (size_t row = 0; row < batch.columns[c].text_ends.size(); ++row) {
          all.columns[c].characters += batch.columns[c].Text(row);
          all.columns[c].text_ends.push_back(all.columns[c].characters.size());
        }
      }
      return {};
    });
    if (!status.ok()) return status.error();
    return all;
  }

  std::unique_ptr<Engine> engine_ = OpenTestEngine();
};

TEST_F(TypedRowsTest, EachTypeKeepsItsValues) {
  const auto read = Read(
      "SELECT CAST(-5 AS TINYINT) AS tiny, CAST(70000 AS INTEGER) AS middle, 9007199254740993 AS "
      "large, sum(range) AS total, true AS flag, DATE '1970-01-03' AS day, "
      "timestamp_millis(1541106106796) AS moment, CAST(0.1 AS DOUBLE) AS number, 1.25 AS decimal, "
      "'é' AS text, NULL AS nothing, CAST(NULL AS VARCHAR) AS no_text FROM range(10)");
  ASSERT_TRUE(read.ok()) << MessageOf(read);
  const auto& c = read->columns;
  ASSERT_EQ(read->rows, 1U);
  EXPECT_EQ(c[0].whole[0], -5);
  EXPECT_EQ(c[1].whole[0], 70000);
  EXPECT_EQ(c[2].whole[0], 9007199254740993) << "a double would not keep it";
  EXPECT_EQ(c[3].whole[0], 45) << "sums are of 128 bits";
  EXPECT_EQ(c[4].whole[0], 1);
  EXPECT_EQ(c[5].whole[0], 2);
  EXPECT_EQ(c[6].whole[0], 1541106106796000);
  EXPECT_EQ(c[7].numbers[0], 0.1);
  EXPECT_EQ(c[8].Number(0), 1.25);
  EXPECT_EQ(c[9].Text(0), "é");
  EXPECT_TRUE(c[10].null[0]);
  EXPECT_TRUE(std::isnan(c[10].Number(0)));
  EXPECT_TRUE(c[11].null[0]);
  EXPECT_EQ(c[11].Text(0), "");
}

TEST_F(TypedRowsTest, ManyRowsComeInBatches) {
  const auto read = Read(
      "SELECT range AS n, CASE WHEN range % 3 = 0 THEN NULL ELSE CAST(range AS VARCHAR) END AS t "
      "FROM range(10000) ORDER BY range");
  ASSERT_TRUE(read.ok()) << MessageOf(read);
  ASSERT_EQ(read->rows, 10'000U);
  for (size_t row = 0; row < read->rows; ++row) {
    ASSERT_EQ(read->columns[0].whole[row], static_cast<int64_t>(row));
    ASSERT_EQ(read->columns[1].null[row], row % 3 == 0);
    ASSERT_EQ(read->columns[1].Text(row), row % 3 == 0 ? "" : std::to_string(row));
  }
}

TEST_F(TypedRowsTest, NoRowsHaveColumnsToo) {
  const auto read = Read("SELECT 1 AS a, 'x' AS b WHERE false");
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->columns.size(), 2U);
  EXPECT_EQ(read->columns[1].kind, TypedColumn::Kind::kText);
}

TEST_F(TypedRowsTest, WhatHasNoTypeHereIsRefusedByName) {
  EXPECT_NE(MessageOf(Read("SELECT [1, 2] AS several")).find("several"), std::string::npos);
  EXPECT_NE(MessageOf(Read("SELECT CAST(18446744073709551615 AS UBIGINT) AS id")).find("id"),
            std::string::npos);
  EXPECT_NE(MessageOf(Read("SELECT sum(9223372036854775807) AS s FROM range(3)")).find("64 bits"),
            std::string::npos);
}

TEST_F(TypedRowsTest, AQueryThatFailsOnTheWayIsAnError) {
  EXPECT_FALSE(Read("SELECT CAST(CASE WHEN range = 9000 THEN 'x' ELSE '1' END AS INTEGER) AS n "
                    "FROM range(10000)")
                   .ok());
}

}  // namespace
}  // namespace cadenza::engine
