#include "churn/evaluation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace cadenza::churn {
namespace {

using learn::Measures;

/// Listeners at the same four cut-offs, a week apart; one feature decides who cancels soon.
Snapshots ListenersAtCutOffs(size_t listeners) {
  std::mt19937_64 dice(7);
  std::uniform_real_distribution<double> uniform;
  Snapshots data;
  data.features = {"x"};
  for (size_t listener = 0; listener < listeners; ++listener) {
    data.users.push_back(std::to_string(listener));
  }
  for (int week = 0; week < 4; ++week) {
    for (size_t listener = 0; listener < listeners; ++listener) {
      const double x = uniform(dice);
      Snapshot snapshot;
      snapshot.listener = static_cast<uint32_t>(listener);
      snapshot.cut_off = 17'000 + 7 * week;
      snapshot.observed_days = 28 - 7 * week;
      if (uniform(dice) < 0.3 * x)
        snapshot.cancel_day = 1 + static_cast<int32_t>(5 * uniform(dice));
      data.rows.push_back(snapshot);
      data.values.push_back(static_cast<float>(x));
    }
  }
  return data;
}

/// Who cancels at a cut-off is drawn again.
void Shuffle(Snapshots* data, size_t listeners) {
  std::mt19937_64 dice(11);
  for (size_t from = 0; from < data->size(); from += listeners) {
    std::vector<int32_t> days;
    for (size_t row = from; row < from + listeners; ++row) {
      days.push_back(data->rows[row].cancel_day);
    }
    std::ranges::shuffle(days, dice);
    for (size_t at = 0; at < listeners; ++at) data->rows[from + at].cancel_day = days[at];
  }
}

learn::Interval AucOf(const Snapshots& data, const char* model) {
  EvaluationOptions options;
  options.horizons = {5};
  const auto evaluation = Evaluate(data, options);
  EXPECT_TRUE(evaluation.ok());
  if (!evaluation.ok()) return {};
  const TestedModel* tested = evaluation->Find(model, Outcome::kCancel, 5);
  EXPECT_NE(tested, nullptr) << model;
  return tested ? tested->measures[Measures::kAuc] : learn::Interval{};
}

TEST(EvaluationTest, ShuffledLabelsForetellNothing) {
  constexpr size_t kListeners = 1'000;
  Snapshots data = ListenersAtCutOffs(kListeners);
  EXPECT_GT(AucOf(data, kHazardModel).low, 0.6);
  Shuffle(&data, kListeners);
  for (const char* model : {kHazardModel, "boosting", "random_forest", "logistic_regression"}) {
    const learn::Interval auc = AucOf(data, model);
    EXPECT_LT(auc.low, 0.5) << model;
    EXPECT_GT(auc.high, 0.5) << model;
  }
}

}  // namespace
}  // namespace cadenza::churn
