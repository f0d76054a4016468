#include "decode/match_text.h"

#include <gtest/gtest.h>

#include <random>
#include <utility>
#include <vector>

#include "decode/double_encoding.h"

namespace cadenza::decode {
namespace {

TEST(MatchText, Forms) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"", ""},
      {"  The\t FOX  ", "the fox"},
      {"Björk", "björk"},
      {"BjÃ¶rk", "björk"},
      {"BjÃƒÂ¶rk", "björk"},  // encoded three times
      {"Bjo\xCC\x88rk", "björk"},
      {"Donâ€™t", "don’t"},
      {"\xC2\xA0 Stra\xC3\x9F"
       "e\xE3\x80\x80",
       "strasse"},
      {"\xEF\xAC\x81n", "fin"},
      {"Ã", "ã"},
      {"bad \xFF", "bad \xFF"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(MatchText(text), expected) << text;
}

TEST(MatchText, IdempotentWhereNothingIsLeftToRepair) {
  std::mt19937 random(3);
  const std::vector<std::string> pieces = {"A", "Ã", "¶", "°", "Ä", "É", "ﬁ", "ſ",  " ",
                                           "İ", "€", "™", "ß", "ό", "̈",  "‘", "　", "a",
                                           "Å", "ñ", "Ž", "œ", "â", "Ç", "Ǆ", "ΐ",  "\n"};
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (size_t i = random() % 7; i > 0; --i) text += pieces[random() % pieces.size()];
    const std::string once = MatchText(text);
    if (UndoDoubleEncoding(once)) continue;
    EXPECT_EQ(MatchText(once), once) << text;
  }
}

TEST(UndoDoubleEncoding, OnlyWhatWasDoubleEncoded) {
  EXPECT_EQ(UndoDoubleEncoding("BjÃ¶rk"), "Björk");
  EXPECT_FALSE(UndoDoubleEncoding("Björk"));
  EXPECT_FALSE(UndoDoubleEncoding("Bjork"));
  EXPECT_FALSE(UndoDoubleEncoding("日本"));
}

TEST(RepairedText, AllStepsAreUndoneAndCaseStays) {
  EXPECT_EQ(RepairedText("BjÃƒÂ¶rk"), "Björk");
  EXPECT_EQ(RepairedText("BjÃ¶rk"), "Björk");
  EXPECT_EQ(RepairedText("Björk"), "Björk");
  EXPECT_EQ(RepairedText(""), "");
  EXPECT_EQ(RepairedText("bad \xFF"), "bad \xFF");
}

}  // namespace
}  // namespace cadenza::decode
