#include "cli/table_print.h"

#include <gtest/gtest.h>

namespace cadenza::cli {
namespace {

engine::RowSet Rows(std::vector<std::string> names,
                    std::vector<std::vector<std::optional<std::string>>> rows) {
  engine::RowSet set;
  for (std::string& name : names) set.columns.push_back({std::move(name), "VARCHAR"});
  set.rows = std::move(rows);
  return set;
}

TEST(TableText, AlignsTextLeftAndNumbersRight) {
  EXPECT_EQ(TableText(Rows({"level", "plays"}, {{"free", "1229"}, {"paid", "-5.5"}, {"", "7"}})),
            "level │ plays\n"
            "──────┼──────\n"
            "free  │  1229\n"
            "paid  │  -5.5\n"
            "      │     7\n");
}

TEST(TableText, NullIsSaidAndNoText) {
  EXPECT_EQ(TableText(Rows({"a", "n"}, {{std::nullopt, std::nullopt}, {"x", "1"}})),
            "a    │    n\n"
            "─────┼─────\n"
            "NULL │ NULL\n"
            "x    │    1\n");
}

TEST(TableText, AnEmptyResultHasItsHeader) {
  EXPECT_EQ(TableText(Rows({"user_id", "n"}, {})), "user_id │ n\n────────┼──\n");
}

TEST(TableText, CharactersCountNotBytes) {
  EXPECT_EQ(TableText(Rows({"name", "x"}, {{"Björk", "a"}, {"Muse", "b"}})),
            "name  │ x\n"
            "──────┼──\n"
            "Björk │ a\n"
            "Muse  │ b\n");
}

TEST(TableText, ControlCharactersDoNotBreakTheTable) {
  EXPECT_EQ(TableText(Rows({"a"}, {{"1\n2\t3\x1b[31m"}})), "a\n─────────────\n1 2 3\\x1b[31m\n");
  EXPECT_EQ(TableText(Rows({"a\x07"}, {{"\u202egpj"}, {"\u0085"}})),
            "a\\x07\n─────────\n\\u202egpj\n\\u0085\n");
}

TEST(TableText, LongTextIsCutBetweenCharacters) {
  std::string long_text;
  for (int i = 0; i < 100; ++i) long_text += "\xC3\xB6";
  const std::string text = TableText(Rows({"a"}, {{long_text}}));
  const size_t cut = text.rfind("\xE2\x80\xA6");
  ASSERT_NE(cut, std::string::npos);
  EXPECT_EQ(text.substr(cut - 4, 4), "\xC3\xB6\xC3\xB6");
  EXPECT_LT(text.size(), 400U);
}

}  // namespace
}  // namespace cadenza::cli
