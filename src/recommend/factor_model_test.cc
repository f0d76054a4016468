#include "recommend/factor_model.h"

#include <gtest/gtest.h>

#include "recommend/taste_model.h"
#include "recommend/test_plays.h"

/// Of the library of cblas.h.
extern "C" int openblas_get_num_threads();

namespace cadenza::recommend {
namespace {

TEST(FactorModelTest, TheLibraryOfMatricesHasNoThreadsOfItsOwn) {
  EXPECT_EQ(openblas_get_num_threads(), 1);
}

FactorSettings Small() {
  FactorSettings settings;
  settings.factors = 12;  // no multiple of 8
  settings.iterations = 6;
  return settings;
}

PlayMatrix Plays() {
  const History history = GroupedHistory(120, 200, 4, 20, 0.9);
  return LikedPairs(history, history.All());
}

TEST(FactorModel, EachIterationBringsTheObjectiveDown) {
  const PlayMatrix plays = Plays(), by_track = Transposed(plays);
  FactorSettings settings = Small();
  double before = 1e300;
  for (const int iterations : {1, 2, 4, 8}) {
    settings.iterations = iterations;
    const auto model = FitFactors(plays, by_track, settings, 1);
    ASSERT_TRUE(model.ok());
    const double value = Objective(plays, settings, *model);
    EXPECT_LT(value, before) << iterations;
    before = value;
  }
}

TEST(FactorModel, TheSameBytesOnAnyNumberOfThreads) {
  const PlayMatrix plays = Plays(), by_track = Transposed(plays);
  const auto one = FitFactors(plays, by_track, Small(), 1);
  const auto three = FitFactors(plays, by_track, Small(), 3);
  ASSERT_TRUE(one.ok() && three.ok());
  EXPECT_EQ(one->tracks.values, three->tracks.values);
  EXPECT_EQ(one->listeners.values, three->listeners.values);
}

TEST(FactorModel, FoldedInAtOnceIsAsFoldedInAlone) {
  const PlayMatrix plays = Plays();
  const auto factors = FitFactors(plays, Transposed(plays), Small(), 1);
  ASSERT_TRUE(factors.ok());
  TasteModel model;
  model.tracks = factors->tracks;
  model.settings.factors = Small();
  const FoldIn fold_in(model.tracks, Small(), 1);
  const auto scores = [&](size_t threads) {
    std::vector<std::vector<float>> all(plays.rows());
    ScoreListeners(model, fold_in, plays, threads, [&](ScoredListener& listener) {
      all[listener.row].assign(listener.scores.begin(), listener.scores.end());
    });
    return all;
  };
  const auto alone = scores(1);
  for (int again = 0; again < 20; ++again) EXPECT_EQ(scores(4), alone);
}

TEST(FactorModel, OneIterationFromTheLastVectorsIsAsGoodAsAll) {
  const PlayMatrix plays = Plays(), by_track = Transposed(plays);
  FactorSettings settings = Small();
  settings.iterations = 20;
  const auto full = FitFactors(plays, by_track, settings, 1);
  ASSERT_TRUE(full.ok());
  settings.iterations = 1;
  const auto warm = FitFactors(plays, by_track, settings, 1, &full->tracks);
  ASSERT_TRUE(warm.ok());
  const double reached = Objective(plays, settings, *full);
  EXPECT_LT(Objective(plays, settings, *warm), 1.01 * reached);
}

TEST(FactorModel, OneListenerOneTrackAndAllAlike) {
  for (const int listeners : {1, 5}) {
    for (const int tracks : {1, 3}) {
      PlayMatrix plays;
      plays.columns = tracks;
      for (int u = 0; u < listeners; ++u) {
        for (int32_t i = 0; i < tracks; ++i) plays.Add(i, 1);
        plays.EndRow();
      }
      const auto model = FitFactors(plays, Transposed(plays), Small(), 2);
      ASSERT_TRUE(model.ok());
      for (const float value : model->tracks.values) EXPECT_EQ(value, value) << "no NaN";
    }
  }
}

TEST(FactorModel, StopsWhenAsked) {
  const PlayMatrix plays = Plays();
  const auto model =
      FitFactors(plays, Transposed(plays), Small(), 1, nullptr, [] { return false; });
  ASSERT_FALSE(model.ok());
  EXPECT_EQ(model.error().kind, ErrorKind::kInterrupted);
}

TEST(TasteModel, ThePartsOfAScoreAddUpToIt) {
  const History history = GroupedHistory(120, 200, 4, 20, 0.9);
  const PlayMatrix plays = LikedPairs(history, history.All());
  TasteSettings settings;
  settings.factors = Small();
  settings.blend = 0.5;
  const auto model = LearnTaste(plays, TrendOf(history, history.All()), settings, 2);
  ASSERT_TRUE(model.ok());
  const FoldIn fold_in(model->tracks, settings.factors, 1);
  ScoreListeners(*model, fold_in, plays, 1, [&](ScoredListener& listener) {
    for (size_t track = 0; track < listener.scores.size(); track += 7) {
      double sum = 0;
      for (const double part : ScoreParts(*model, listener, plays, track)) sum += part;
      EXPECT_NEAR(sum, static_cast<double>(listener.scores[track]), 2e-3)
          << listener.row << " " << track;
    }
  });
}

}  // namespace
}  // namespace cadenza::recommend
