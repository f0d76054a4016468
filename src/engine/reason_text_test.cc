#include "engine/reason_text.h"

#include <gtest/gtest.h>

namespace cadenza::engine {
namespace {

TEST(ReasonTextTest, TheEnginesOwnWordsGo) {
  EXPECT_EQ(WithoutEngineWords("Catalog Error: Table with name x does not exist!\nDid you mean "
                               "\"pg_class\"?\n\nLINE 1: select * from x\n               ^"),
            "Table with name x does not exist!");
  EXPECT_EQ(WithoutEngineWords("a.parquet: IO Error: DeltaKernel FileNotFoundError (11): gone"),
            "a.parquet: gone");
  EXPECT_EQ(WithoutEngineWords("x is missing. Please try installing and loading it:\nINSTALL x;"),
            "x is missing.");
  EXPECT_EQ(WithoutEngineWords("not a manifest: [json.exception.parse_error.101] parse error"),
            "not a manifest: parse error");
}

TEST(ReasonTextTest, OtherMessagesStayAsTheyAre) {
  for (const char* text : {"no such file: IO Errors.json", "", "two\nlines"}) {
    EXPECT_EQ(WithoutEngineWords(text), text);
  }
}

}  // namespace
}  // namespace cadenza::engine
