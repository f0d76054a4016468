#include "recommend/evaluation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "recommend/test_plays.h"

namespace cadenza::recommend {
namespace {

TrackFacts NoFacts(int32_t tracks) {
  TrackFacts facts;
  facts.artist_of.resize(static_cast<size_t>(tracks));
  for (int32_t i = 0; i < tracks; ++i) facts.artist_of[static_cast<size_t>(i)] = i;
  facts.place_of.assign(static_cast<size_t>(tracks), -1);
  return facts;
}

EvaluationOptions Quick() {
  EvaluationOptions options;
  options.first.factors.factors = 16;
  options.first.factors.iterations = 6;
  options.threads = 2;
  return options;
}

TEST(RankingMeasures, ByHand) {
  const std::vector<Ranked> list = {{7, 3}, {1, 2}, {9, 1}};
  const std::vector<int32_t> relevant = {1, 2, 9};
  const ListMeasures measures = MeasureList(list, relevant);
  EXPECT_NEAR(measures.recall_20, 2.0 / 3, 1e-12);
  const double ideal = 1 + 1 / std::log2(3) + 0.5;
  EXPECT_NEAR(measures.ndcg_100, (1 / std::log2(3) + 0.5) / ideal, 1e-12);
  EXPECT_NEAR(measures.map_100, (1.0 / 2 + 2.0 / 3) / 3, 1e-12);
  EXPECT_NEAR(RecallAt(1, list, relevant), 0, 1e-12);
}

TEST(Evaluation, TasteBeatsPopularityWhereThereIsTaste) {
  const History history = GroupedHistory(200, 400, 4, 40, 0.9);
  const auto evaluation = EvaluateByTime(history, NoFacts(history.tracks), Quick());
  ASSERT_TRUE(evaluation.ok());
  EXPECT_EQ(evaluation->test_days, 10);
  EXPECT_TRUE(evaluation->beats_popularity) << evaluation->why_not;
}

TEST(Evaluation, ShuffledPlaysLeaveNothingAbovePopularity) {
  const History history = GroupedHistory(200, 400, 4, 40, 0);
  const auto evaluation = EvaluateByTime(history, NoFacts(history.tracks), Quick());
  ASSERT_TRUE(evaluation.ok());
  EXPECT_FALSE(evaluation->beats_popularity);
  EXPECT_NE(evaluation->why_not, "");
}

TEST(Evaluation, APlayOfTheTestChangesNoChoice) {
  History history = GroupedHistory(100, 200, 4, 40, 0.9);
  const auto before = EvaluateByTime(history, NoFacts(history.tracks), Quick());
  for (DayPlays& entry : history.entries) {
    if (entry.day >= 30) entry.plays = static_cast<uint16_t>(entry.plays + 3);
  }
  const auto after = EvaluateByTime(history, NoFacts(history.tracks), Quick());
  ASSERT_TRUE(before.ok() && after.ok());
  ASSERT_EQ(before->choice.tried.size(), after->choice.tried.size());
  for (size_t i = 0; i < before->choice.tried.size(); ++i) {
    EXPECT_EQ(before->choice.tried[i].ndcg_100, after->choice.tried[i].ndcg_100);
  }
  EXPECT_EQ(before->choice.dial, after->choice.dial);
}

TEST(Evaluation, TheDialStopsWhereItsPriceIsReached) {
  const History history = GroupedHistory(200, 400, 4, 40, 0.9);
  double exponent = -1;
  for (const double cost : {0.0, 0.01, 0.05, 0.2}) {
    EvaluationOptions options = Quick();
    options.discovery_cost = cost;
    const auto evaluation = EvaluateByTime(history, NoFacts(history.tracks), options);
    ASSERT_TRUE(evaluation.ok()) << evaluation.error().message;
    const Choice& choice = evaluation->choice;
    EXPECT_EQ(choice.dial.is_on(), cost > 0) << cost;
    EXPECT_GE(choice.dial_ndcg_100, (1 - cost) * choice.ndcg_100 - 1e-9) << cost;
    EXPECT_GT(choice.dial.listeners_exponent, exponent) << "what may cost more is turned further";
    exponent = choice.dial.listeners_exponent;
  }
}

TEST(Evaluation, TooFewDaysOrListenersAreNoError) {
  for (const int days : {1, 3, 5}) {
    const History history = GroupedHistory(2, 8, 2, days, 0.9);
    const auto evaluation = EvaluateByTime(history, NoFacts(history.tracks), Quick());
    ASSERT_TRUE(evaluation.ok()) << days;
    EXPECT_FALSE(evaluation->beats_popularity);
    EXPECT_NE(evaluation->why_not, "") << days;
  }
}

TEST(Discovery, DistancesAreThoseOfTheGlobe) {
  EXPECT_NEAR(DistanceKm({51.5074F, -0.1278F}, {17.9712F, -76.7936F}), 7537.7, 0.1);
  EXPECT_NEAR(DistanceKm({0, 0}, {0, 180}), 20015.1, 0.1);
  EXPECT_EQ(DistanceKm({10, 10}, {10, 10}), 0);
}

}  // namespace
}  // namespace cadenza::recommend
