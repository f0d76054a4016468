#include "sources/csv_dialect.h"

#include "engine/test_engine.h"

namespace cadenza::sources {
namespace {

using Names = std::vector<std::string>;

TEST(CsvDialectTest, TakesTheDelimiterThatSplitsMost) {
  EXPECT_EQ(DialectOf({"a,b,c"}), (CsvDialect{',', 0, {"a", "b", "c"}}));
  EXPECT_EQ(DialectOf({"a;b, in words;c\r"}), (CsvDialect{';', 0, {"a", "b, in words", "c"}}));
  EXPECT_EQ(DialectOf({"a\tb"}), (CsvDialect{'\t', 0, {"a", "b"}}));
  EXPECT_EQ(DialectOf({"a|b"}), (CsvDialect{'|', 0, {"a", "b"}}));
  EXPECT_EQ(DialectOf({"alone"}), (CsvDialect{',', 0, {"alone"}}));
}

TEST(CsvDialectTest, KnowsQuotesMarksAndRepeatedNames) {
  EXPECT_EQ(DialectOf({"\xEF\xBB\xBF\"a,b\",\"say \"\"c\"\"\""}).columns,
            (Names{"a,b", "say \"c\""}));
  EXPECT_EQ(DialectOf({"x,x,x"}).columns, (Names{"x", "x_2", "x_3"}));
}

TEST(CsvDialectTest, ReadsTheFirstLineOfAFile) {
  const engine::TestFolder folder;
  const auto engine = engine::OpenTestEngine();
  const auto dialect = ReadDialect(engine.get(), folder.Put("a.csv", "a;b\r\n1;2\n"));
  ASSERT_TRUE(dialect.ok()) << engine::MessageOf(dialect);
  EXPECT_EQ(*dialect, (CsvDialect{';', 0, {"a", "b"}}));
  const auto empty = ReadDialect(engine.get(), folder.Put("b.csv", "\n"));
  ASSERT_TRUE(empty.ok()) << engine::MessageOf(empty);
  EXPECT_TRUE(empty->columns.empty());
}

TEST(CsvDialectTest, TakesOddHeadersAsTheyAre) {
  EXPECT_EQ(DialectOf({"sep=;", "a,x;b"}), (CsvDialect{';', 1, {"a,x", "b"}}));
  EXPECT_EQ(DialectOf({"", "a,b"}), (CsvDialect{',', 1, {"a", "b"}}));
  EXPECT_EQ(DialectOf({",a,b", "0,1,2"}).columns, (Names{"column_1", "a", "b"}));
  EXPECT_EQ(DialectOf({"a;b;", "1;2;"}).columns, (Names{"a", "b", "column_3"}));
  EXPECT_EQ(DialectOf({"a;b", "1;2;"}).columns, (Names{"a", "b", "column_3"}));
  EXPECT_EQ(DialectOf({"Id,id"}).columns, (Names{"Id", "id_2"}));
}

}  // namespace
}  // namespace cadenza::sources
