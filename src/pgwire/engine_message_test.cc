#include "pgwire/engine_message.h"

#include <gtest/gtest.h>

namespace cadenza::pgwire {
namespace {

TEST(EngineMessage, NamesAreSaidAsPostgresSaysThem) {
  const SqlError error = SqlErrorOfEngine(
      "Binder Error: Referenced column \"nope\" not found in FROM clause!\nCandidate bindings: "
      "\"a\"");
  EXPECT_EQ(error.sqlstate, "42703");
  EXPECT_EQ(error.message, "column \"nope\" does not exist");
  EXPECT_EQ(error.about, "nope");
}

TEST(EngineMessage, ValuesThatCannotBeRead) {
  const SqlError error = SqlErrorOfEngine(
      "Conversion Error: Could not convert string 'it's to INT' to INT32\n\nLINE 1: x");
  EXPECT_EQ(error.sqlstate, "22P02");
  EXPECT_EQ(error.message, "invalid input syntax for type integer: \"it's to INT\"");
  EXPECT_EQ(SqlErrorOfEngine("Conversion Error: Could not convert string \"x\" to DECIMAL(38,10)")
                .message,
            "invalid input syntax for type numeric: \"x\"");
  EXPECT_EQ(SqlErrorOfEngine("Conversion Error: Could not convert string '").sqlstate, "22P02");
}

TEST(EngineMessage, CallsWithWrongArguments) {
  const SqlError call = SqlErrorOfEngine(
      "Binder Error: No function matches the given name and argument types 'upper(DECIMAL(3,1), "
      "STRING_LITERAL)'. You might need to add explicit type casts.\n\tCandidate functions:\n");
  EXPECT_EQ(call.sqlstate, "42883");
  EXPECT_EQ(call.message, "function upper(numeric, unknown) does not exist");
  const SqlError sum = SqlErrorOfEngine(
      "Binder Error: No function matches the given name and argument types '+(VARCHAR, INTEGER)'. "
      "You might need");
  EXPECT_EQ(sum.message, "operator does not exist: text + integer");
}

TEST(EngineMessage, OneLineOfWhatHasNoWordsInPostgres) {
  const SqlError error = SqlErrorOfEngine("Binder Error: something else\nCandidates: a, b");
  EXPECT_EQ(error.message, "something else");
  EXPECT_EQ(error.sqlstate, "42601");
}

TEST(EngineMessage, PlaceIsInCharacters) {
  EXPECT_EQ(PlaceOf("nope", "select nope from t"), 8);
  EXPECT_EQ(PlaceOf("nope", "select 'äö', NOPE from t"), 14);
  EXPECT_EQ(PlaceOf("a", "select 'a'::int"), 8) << "of a value: with its quote";
  EXPECT_EQ(PlaceOf("nope", "select nope, nope from t"), 0) << "two places";
  EXPECT_EQ(PlaceOf("nope", "select nopes from t"), 0);
  EXPECT_EQ(PlaceOf("", "select"), 0);
}

}  // namespace
}  // namespace cadenza::pgwire
