#include "engine/sql_text.h"

#include <gtest/gtest.h>

#include "query/time_travel.h"

namespace cadenza::query {
namespace {

std::vector<std::string> Pieces(const std::string& sql) {
  const engine::SqlText text(sql);
  std::vector<std::string> pieces;
  for (size_t i = 0; i < text.size(); ++i) pieces.emplace_back(text.raw(i));
  return pieces;
}

using List = std::vector<std::string>;

TEST(SqlText, CutsWordsNumbersAndSymbols) {
  EXPECT_EQ(Pieces("SELECT a.b_1,  1.5e3 =>\n(\xC3\xB6)"),
            (List{"SELECT", "a", ".", "b_1", ",", "1.5e3", "=>", "(", "\xC3\xB6", ")"}));
  EXPECT_EQ(Pieces(""), List{});
  EXPECT_EQ(Pieces(" \n\t"), List{});
}

TEST(SqlText, QuotedTextsAreOnePiece) {
  EXPECT_EQ(Pieces("'it''s' \"a \"\"b\"\"\" e'\\'' $$it's$$ $t$ $$ $t$ $1"),
            (List{"'it''s'", "\"a \"\"b\"\"\"", "e'\\''", "$$it's$$", "$t$ $$ $t$", "$", "1"}));
}

TEST(SqlText, CommentsAreNoPieces) {
  EXPECT_EQ(Pieces("a -- 'b\nc /* d /* e */ f */ g - / h"), (List{"a", "c", "g", "-", "/", "h"}));
}

TEST(SqlText, WhatIsNotClosedGoesToTheEnd) {
  for (const char* text : {"'abc ", "\"abc '", "$$abc$", "e'abc\\'", "e'\\"}) {
    EXPECT_EQ(Pieces(text), List{text});
  }
  EXPECT_EQ(Pieces("a /* b /* c */"), List{"a"});
  EXPECT_EQ(Pieces("a --"), List{"a"});
}

TEST(SqlText, ValuesAreWithoutQuotes) {
  const engine::SqlText text("From 'It''s' \"A\"\"b\" '' '");
  EXPECT_EQ(text.value(0), "from");
  EXPECT_EQ(text.value(1), "It's");
  EXPECT_EQ(text.value(2), "A\"b");
  EXPECT_EQ(text.value(3), "");
  EXPECT_EQ(text.value(4), "'");
  EXPECT_EQ(text.value(5), "") << "beyond the end";
}

TEST(SqlText, AliasesAreToldFromKeywords) {
  EXPECT_TRUE(engine::SqlText("p").IsAlias(0));
  EXPECT_TRUE(engine::SqlText("AS p").IsAlias(0));
  EXPECT_TRUE(engine::SqlText("\"where\"").IsAlias(0));
  for (const char* text : {"", "where", "JOIN x", ")", ",", "union", "tablesample", "'p'"}) {
    EXPECT_FALSE(engine::SqlText(text).IsAlias(0)) << text;
  }
}

TEST(SqlText, ReplacesFromLeftToRight) {
  engine::SqlText text("a /* b */ c d 'e' f");
  text.Replace(1, 3, "X");
  text.Replace(4, 5, "");
  EXPECT_EQ(text.Replaced(), "a /* b */ X 'e' ");
}

TEST(SqlText, MentionsWordsAndNamesOnly) {
  const engine::SqlText text(
      "select Songs.x from \"Users\" -- time\n where 'artists' = songplays_2");
  EXPECT_TRUE(text.Mentions("songs"));
  EXPECT_TRUE(text.Mentions("users"));
  for (const char* name : {"time", "artists", "songplays"}) EXPECT_FALSE(text.Mentions(name));
}

TEST(TimeTravel, IsFoundWithLayerAndInAnyForm) {
  const auto found = FindTimeTravel(engine::SqlText(
      "from Silver . \"songplays\" AT(Version=>7), users at (timestamp => '2026-01-31') u"));
  ASSERT_TRUE(found.ok()) << found.error().message;
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->at(0).table, "silver.songplays");
  EXPECT_EQ(found->at(0).first, 1U);
  EXPECT_EQ(found->at(0).value, "7");
  EXPECT_TRUE(found->at(0).by_version);
  EXPECT_EQ(found->at(1).table, "users");
  EXPECT_EQ(found->at(1).value, "2026-01-31");
  EXPECT_FALSE(found->at(1).by_version);
}

TEST(TimeTravel, WrongPointsAreNamed) {
  for (const char* point : {"-1", "1.5", "x", "99999999999999999999", ""}) {
    const auto found =
        FindTimeTravel(engine::SqlText(std::string("from users at (version => ") + point + ") u"));
    ASSERT_FALSE(found.ok()) << point;
    EXPECT_EQ(found.error().kind, ErrorKind::kUsage);
    EXPECT_TRUE(found.error().message.ends_with(std::string(": ") + point));
  }
  EXPECT_FALSE(FindTimeTravel(engine::SqlText("from users at (version => 1")).ok());
}

TEST(TimeTravel, OtherWordsAreLeftAlone) {
  for (const char* text : {"select at (1)", "at (version => 1)", "x at (y => 1)", "'a' at 'b'"}) {
    const auto found = FindTimeTravel(engine::SqlText(text));
    ASSERT_TRUE(found.ok()) << text;
    EXPECT_TRUE(found->empty()) << text;
  }
}

}  // namespace
}  // namespace cadenza::query
