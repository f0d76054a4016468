#include "query/finite_json.h"

#include <gtest/gtest.h>

namespace cadenza::query {
namespace {

std::string InPieces(std::string_view text, size_t bytes) {
  FiniteJson json;
  std::string made;
  for (size_t at = 0; at < text.size(); at += bytes) made += json.Add(text.substr(at, bytes));
  return made.append(json.End());
}

TEST(FiniteJson, NumbersThatAreNoneBecomeNull) {
  const std::string text =
      R"([{"a":NaN,"b":[Infinity,-Infinity,-1.5],"c":{"x":-nan,"y":INF}},-1e-7,2E5,true])";
  const std::string finite =
      R"([{"a":null,"b":[null,null,-1.5],"c":{"x":null,"y":null}},-1e-7,2E5,true])";
  for (size_t bytes = 1; bytes <= text.size(); ++bytes) EXPECT_EQ(InPieces(text, bytes), finite);
}

TEST(FiniteJson, TextsStay) {
  const std::string text = R"([{"NaN":"Infinity \" -Infinity NaN \\","-":"\\\"I"},"N"])";
  for (size_t bytes = 1; bytes <= text.size(); ++bytes) EXPECT_EQ(InPieces(text, bytes), text);
}

TEST(FiniteJson, EndsWithWhatWasThere) { EXPECT_EQ(InPieces("[1,-", 2), "[1,-"); }

}  // namespace
}  // namespace cadenza::query
