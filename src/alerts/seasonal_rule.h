#pragma once

#include <map>
#include <optional>
#include <vector>

#include "alerts/alert.h"
#include "alerts/incident_state.h"
#include "alerts/seasonal_baseline.h"
#include "alerts/window_series.h"

namespace cadenza::alerts {

struct SeasonalOptions {
  double alarms_per_week =
      0.5;  ///< false ones, at most, of spikes, drops and missing data together
  BaselineOptions baseline;
};

/// The rule with a budget. Each window is judged by what is usual at its time of day and week:
///   - sums of the last 1, 3 and 12 windows (of 5 minutes) that are too high (spike) or too low
///     (drop) for chance; the longer ones see a loss by half where single windows scatter too much;
///   - a run of windows without any session that chance does not explain (missing).
/// With b alarms a week and n windows a week a window has the chance b / n. Nine tenths are
/// shared equally by both sides of all spans, one tenth is for missing data (Bonferroni), so the
/// sum of all false alarms is at most b where the noise is as the baseline has it. What exceeds one
/// after the other is one incident. It closes when sums lie within their 98 % bounds again, and one
/// that lasted only when half of its length (90 minutes at most) is calm. What an incident explains
/// does not count in the level of later windows, so that normal traffic after an outage is normal.
/// A spike or drop that lasts for a day is a step, and from then on the level.
///
/// Blind to: what returns every week at that time; holidays; what grows by less than noise over a
/// day, since the level follows; noise with heavier tails than the negative binomial.
class SeasonalRule {
 public:
  static constexpr const char* kName = "seasonal";

  /// The series must outlive the rule.
  SeasonalRule(const Series* series, const SeasonalOptions& options, IncidentState state = {});

  /// Windows have to be judged in their order, each once. False: there is too little history.
  bool Judge(size_t index, std::vector<Alert>* alerts);
  /// Of a window that is not over or not delivered: only a spike can be seen in it already.
  bool JudgeEarly(size_t index, std::vector<Alert>* alerts);
  /// Of a window of which nothing has come: only whether that is a matter of chance.
  bool JudgeSilence(size_t index, std::vector<Alert>* alerts);

  /// nullopt while there is too little history.
  std::optional<double> Expected(size_t index);
  const IncidentState& state() const { return state_; }

 private:
  const SeasonalBaseline* BaselineAt(size_t index);
  /// Of a window, for the level of later ones: the count, capped, and what was usual by the
  /// baseline of its own day, which did not know it; where there was none, by `fallback`.
  CountPair UsualAt(size_t index, const SeasonalBaseline& fallback);
  double LevelAt(size_t index, const SeasonalBaseline& baseline);
  /// Whether the level of window `index` leaves out the one before it.
  bool IsExplained(size_t before, size_t index) const;
  /// A step is known: counts are taken as they are, since the cap is about the old level.
  bool HasStep(size_t index) const;
  void Open(AlertKind kind, size_t index, size_t windows);
  void Close(AlertKind kind, int64_t end_ms);
  /// What has lasted long enough is no incident but a new level.
  void ConfirmStep(AlertKind kind, size_t index);
  void JudgeMissing(size_t index, const SeasonalBaseline& baseline, std::vector<Alert>* alerts);
  void JudgeSide(AlertKind kind, size_t index, const SeasonalBaseline& baseline,
                 std::vector<Alert>* alerts);
  bool IsCalm(AlertKind kind, size_t index, size_t windows, const SeasonalBaseline& baseline);
  struct Sum {
    int64_t sessions = 0;
    double expected = 0;
  };
  /// Over the last windows up to the index; nullopt when there is no expectation for one.
  std::optional<Sum> SumOf(size_t index, size_t windows);
  Alert Describe(AlertKind kind, size_t index, size_t windows, const SeasonalBaseline& baseline);

  const Series* series_;
  SeasonalOptions options_;
  IncidentState state_;
  double side_chance_ = 0, missing_chance_ = 0;
  std::map<int64_t, std::optional<SeasonalBaseline>> baselines_;  ///< by UTC day
  std::vector<CountPair> usual_;                                  ///< by index; 0: not yet
  std::vector<double> expected_;                                  ///< by index; negative: not yet
};

}  // namespace cadenza::alerts
