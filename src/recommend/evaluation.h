#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "recommend/choice.h"
#include "recommend/history.h"

namespace cadenza::recommend {

/// One row of recommender_scores.
struct Score {
  std::string model, task, metric;
  Interval value;
  std::optional<double> of_attainable;
};

struct EvaluationOptions {
  TasteSettings first;            ///< where the choice begins
  double discovery_cost = 0.015;  ///< share of NDCG@100 that the dial may cost
  size_t threads = 1;
  size_t listeners_max = 2000;          ///< that choices look at
  size_t choice_pairs_max = 2'000'000;  ///< that choices learn from, by whole listeners
  int release_year =
      0;  ///< songs of this year and later, first played in the test, are releases; 0: none
  bool only_choose = false;  ///< without times: no folds, measured on the validation listeners
  std::function<bool()> keep_going;
  /// Expected plays of each track by a listener, where the truth is known: the best there can be.
  std::function<std::vector<float>(size_t listener)> attainable;
  /// How much a listener likes each track, from 0 to 1, where the truth is known.
  std::function<std::vector<float>(size_t listener)> liking;
};

/// What was found out before the lists are made.
struct Evaluation {
  std::vector<Score> scores;
  Choice choice;
  bool beats_popularity = false;  ///< of all days and of the last 14: paired, 95 %
  std::string why_not;            ///< where it does not
  int test_days = 0;
};

/// Days that are kept as a test: the last 14, at most a quarter.
int TestDays(int days);

/// Learns from what lies before the test, chooses on what lies before that, and measures lists of
/// the test's listeners, by model: popularity, popularity_14d, taste (factors alone), blend (as
/// chosen), discovery (with the dial).
Result<Evaluation> EvaluateByTime(const History& history, const TrackFacts& facts,
                                  const EvaluationOptions& options);

/// The same of pairs without times: five parts of the listeners, who are not learned from while
/// they are tested; choices see a part of their own.
Result<Evaluation> EvaluateByListeners(const PlayMatrix& liked, const EvaluationOptions& options);

}  // namespace cadenza::recommend
