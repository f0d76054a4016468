// Dice, alias table, chain: what is drawn comes as often as it should.
#include <gtest/gtest.h>

#include <array>

#include "simulate/alias_table.h"
#include "simulate/chain.h"
#include "simulate/dice.h"

namespace cadenza::simulate {
namespace {

constexpr int kDraws = 200'000;

TEST(DiceTest, StreamsOfOneSeedDiffer) {
  Dice a(1, Dice::Use::kSong, 0);
  Dice b(1, Dice::Use::kSong, 1);
  Dice c(1, Dice::Use::kArtist, 0);
  Dice d(2, Dice::Use::kSong, 0);
  Dice again(1, Dice::Use::kSong, 0);
  const uint64_t first = a.Next();
  EXPECT_EQ(again.Next(), first);
  EXPECT_NE(b.Next(), first);
  EXPECT_NE(c.Next(), first);
  EXPECT_NE(d.Next(), first);
}

TEST(DiceTest, MeansAreRight) {
  Dice dice(1, Dice::Use::kListenerLife, 0);
  double uniform = 0, exponential = 0, normal = 0, square = 0, below = 0;
  for (int i = 0; i < kDraws; ++i) {
    uniform += dice.Uniform();
    exponential += dice.Exponential();
    const double n = dice.Normal();
    normal += n;
    square += n * n;
    below += dice.Below(10);
  }
  EXPECT_NEAR(uniform / kDraws, 0.5, 0.005);
  EXPECT_NEAR(exponential / kDraws, 1, 0.02);
  EXPECT_NEAR(normal / kDraws, 0, 0.02);
  EXPECT_NEAR(square / kDraws, 1, 0.03);
  EXPECT_NEAR(below / kDraws, 4.5, 0.05);
}

TEST(AliasTableTest, DrawsByWeight) {
  const std::vector<double> weights = {5, 0, 1, 0.5, 3.5};
  const AliasTable table(weights);
  Dice dice(1, Dice::Use::kListenerLife, 0);
  std::array<int, 5> drawn{};
  for (int i = 0; i < kDraws; ++i) ++drawn[table.Draw(&dice)];
  for (size_t i = 0; i < drawn.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(drawn[i]) / kDraws, weights[i] / 10, 0.005) << i;
  }
}

TEST(ChainTest, StepsComeByProbability) {
  const Chain chain(*FindProfile("month"));
  const double expected =
      chain.Probability(Auth::kLoggedIn, Level::kPaid, Page::kNextSong, Page::kNextSong);
  EXPECT_GT(expected, 0.9);
  Dice dice(1, Dice::Use::kListenerLife, 0);
  int again = 0;
  for (int i = 0; i < kDraws; ++i) {
    again += chain.Next(Auth::kLoggedIn, Level::kPaid, Page::kNextSong, &dice) == Page::kNextSong;
  }
  EXPECT_NEAR(static_cast<double>(again) / kDraws, expected, 0.005);
  EXPECT_EQ(chain.Next(Auth::kLoggedIn, Level::kPaid, Page::kCancel, &dice), std::nullopt);
}

TEST(ChainTest, NoPageLeadsOnMoreThanAlways) {
  for (const char* name : {"month", "churn"}) {
    const Profile* profile = FindProfile(name);
    for (const auto* chains : {&profile->logged_in, &profile->logged_out}) {
      for (const auto& chain : *chains) {
        for (const ChainRow& row : chain) {
          double sum = 0;
          for (const Step& step : row.steps) sum += step.probability;
          EXPECT_LE(sum, 1 + 1e-9) << name << ": " << FactsOf(row.from).name;
        }
      }
    }
  }
}

}  // namespace
}  // namespace cadenza::simulate
