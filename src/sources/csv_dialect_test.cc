#include "sources/csv_dialect.h"

#include "engine/test_engine.h"

namespace cadenza::sources {
namespace {

using Names = std::vector<std::string>;

TEST(CsvDialectTest, TakesTheDelimiterThatSplitsMost) {
  EXPECT_EQ(DialectOf("a,b,c"), (CsvDialect{',', {"a", "b", "c"}}));
  EXPECT_EQ(DialectOf("a;b, in words;c\r"), (CsvDialect{';', {"a", "b, in words", "c"}}));
  EXPECT_EQ(DialectOf("a\tb"), (CsvDialect{'\t', {"a", "b"}}));
  EXPECT_EQ(DialectOf("a|b"), (CsvDialect{'|', {"a", "b"}}));
  EXPECT_EQ(DialectOf("alone"), (CsvDialect{',', {"alone"}}));
}

TEST(CsvDialectTest, KnowsQuotesMarksAndRepeatedNames) {
  EXPECT_EQ(DialectOf("\xEF\xBB\xBF\"a,b\",\"say \"\"c\"\"\"").columns,
            (Names{"a,b", "say \"c\""}));
  EXPECT_EQ(DialectOf("x,x,x").columns, (Names{"x", "x_2", "x_3"}));
}

TEST(CsvDialectTest, ReadsTheFirstLineOfAFile) {
  const engine::TestFolder folder;
  const auto engine = engine::OpenTestEngine();
  const auto dialect = ReadDialect(engine.get(), folder.Put("a.csv", "a;b\r\n1;2\n"));
  ASSERT_TRUE(dialect.ok()) << engine::MessageOf(dialect);
  EXPECT_EQ(*dialect, (CsvDialect{';', {"a", "b"}}));
  const auto empty = ReadDialect(engine.get(), folder.Put("b.csv", "\n"));
  ASSERT_FALSE(empty.ok());
  EXPECT_NE(empty.error().message.find("b.csv"), std::string::npos);
}

}  // namespace
}  // namespace cadenza::sources
