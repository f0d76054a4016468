#include "engine/held_rows.h"

#include <numeric>

#include "engine/test_engine.h"

namespace cadenza::engine {
namespace {

using Lines = std::vector<std::string>;

TEST(HeldRowsTest, ValuesOfAllTypesAndNulls) {
  const auto engine = OpenTestEngine();
  HeldRows rows;
  rows.Add("id", std::vector<int64_t>{1, int64_t{1} << 40, 3});
  rows.Add("small", std::vector<int32_t>{-1, 2, 3}).is_null = {false, true, false};
  rows.Add("score", std::vector<double>{0.5, 1e300, -2});
  rows.Add("factor", std::vector<float>{0.25F, 1, 2});
  rows.Add("flag", std::vector<bool>{true, false, true});
  rows.Add("text", std::vector<std::string>{"", "a text of more than twelve bytes", "ö"});
  const auto texts = std::make_shared<const std::vector<std::string>>(
      std::vector<std::string>{"first", "a second text that is long"});
  rows.Add("coded", CodedTexts{texts, {1, -1, 0}});
  ASSERT_EQ(MessageOf(BindHeldRows(engine.get(), "held", &rows)), "");
  EXPECT_EQ(Rows(*engine, "SELECT * FROM held ORDER BY id"),
            (Lines{"1|-1|0.5|0.25|true||a second text that is long", "3|3|-2.0|2.0|true|ö|first",
                   "1099511627776|NULL|1e+300|1.0|false|a text of more than twelve bytes|NULL"}));
  EXPECT_EQ(Value(*engine, "SELECT count(*) FROM held"), "3") << "no column is wanted";
  const auto columns = engine->Describe("SELECT * FROM held");
  ASSERT_TRUE(columns.ok());
  EXPECT_EQ((*columns)[0], (Column{"id", "BIGINT"}));
  EXPECT_EQ((*columns)[6], (Column{"coded", "VARCHAR"}));
}

TEST(HeldRowsTest, ManyRowsOnSeveralThreadsComeOnceEach) {
  const auto engine = OpenTestEngine(3);
  HeldRows rows;
  std::vector<int64_t> numbers(1'000'003);
  std::iota(numbers.begin(), numbers.end(), 0);
  rows.Add("number", numbers);
  ASSERT_TRUE(BindHeldRows(engine.get(), "held", &rows).ok());
  EXPECT_EQ(Rows(*engine, "SELECT count(*), count(DISTINCT number), sum(number) FROM held"),
            (Lines{"1000003|1000003|500002500003"}));
}

TEST(HeldRowsTest, RowsGoIntoFilesOfTables) {
  const auto engine = OpenTestEngine();
  const TestFolder folder;
  HeldRows rows;
  rows.Add("user_id", std::vector<std::string>{"39", "8"});
  rows.Add("rank", std::vector<int32_t>{1, 2});
  ASSERT_TRUE(BindHeldRows(engine.get(), "held", &rows).ok());
  WriteRequest request;
  request.select = "SELECT * FROM held";
  request.folder = folder.path();
  const auto files = engine->Write(request);
  ASSERT_TRUE(files.ok()) << MessageOf(files);
  ASSERT_EQ(files->size(), 1U);
  EXPECT_EQ(Rows(*engine, "SELECT * FROM read_parquet(" +
                              QuoteText(folder.File(files->front().path)) + ") ORDER BY rank"),
            (Lines{"39|1", "8|2"}));
}

TEST(HeldRowsTest, NoRowsAndNoSuchRows) {
  const auto engine = OpenTestEngine();
  HeldRows rows;
  rows.Add("a", std::vector<int64_t>{});
  ASSERT_TRUE(BindHeldRows(engine.get(), "held", &rows).ok());
  EXPECT_EQ(Value(*engine, "SELECT count(*) FROM held"), "0");
  EXPECT_FALSE(engine->Query("SELECT * FROM cadenza_held_rows(77)").ok());
  rows.Add("b", std::vector<int64_t>{1});
  EXPECT_FALSE(BindHeldRows(engine.get(), "held", &rows).ok()) << "columns differ in length";
}

}  // namespace
}  // namespace cadenza::engine
