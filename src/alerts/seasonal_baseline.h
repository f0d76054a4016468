#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "alerts/count_noise.h"
#include "alerts/incident_state.h"
#include "alerts/window_series.h"

namespace cadenza::alerts {

struct BaselineOptions {
  int64_t history_days = 28;      ///< of which whole weeks are taken
  int64_t min_history_days = 14;  ///< two of each weekday; before there is no baseline
};

/// How counts scatter about what is expected: variance = linear * mean + square * mean^2. The
/// first is more than 1 where sessions come in bunches, the second is the share by which whole
/// hours and days are off.
struct Dispersion {
  double linear = 1;
  double square = 0;

  double Variance(double mean) const { return linear * mean + square * mean * mean; }
};

/// What was counted and what had been expected.
struct CountPair {
  double count = 0;
  double expected = 0;
};

/// From pairs of which a few may be incidents: squared Pearson residuals, cut at three standard
/// deviations, regressed on the mean; then widened until no more than 5 % of the pairs lie beyond
/// the 5 % bounds, and to the upper 90 % bound of the estimate, since few pairs know the noise
/// badly.
Dispersion EstimateDispersion(std::span<const CountPair> pairs);

/// Ratios counts / expected of groups, drawn towards 1 by the share of their scatter that is noise
/// (empirical Bayes: Efron and Morris, JASA 68 (1973) 117). `noise` is the variance of a count as a
/// multiple of its mean.
std::vector<double> ShrunkRatios(std::span<const CountPair> groups, double noise);

/// What is usual at each time of the day and of the week, and how far counts scatter about it: from
/// the windows of some weeks before a day.
///
///   usual    = profile(time of day) * weekday factor * factor(weekday, hour)
///   expected = usual * level, the level being that of the 24 hours before
///
/// All factors are shrunk ratios. Windows that do not fit the others are weighed down by their
/// squared residual, as Farrington et al., J. R. Stat. Soc. A 159 (1996) 547, and Noufaily et al.,
/// Stat. Med. 32 (2013) 1206 do with past outbreaks; from these are also the quasi-Poisson scatter
/// and the thresholds as quantiles of the negative binomial. The scatter is measured on each week
/// with a baseline from the other weeks, so that it holds what the baseline itself gets wrong.
class SeasonalBaseline {
 public:
  /// From the windows before `end`, less what is known of incidents then: windows that one explains
  /// are those of another week, and those before a step are brought to its height. nullopt while
  /// there is too little history.
  static std::optional<SeasonalBaseline> Fit(const Series& series, size_t end,
                                             const BaselineOptions& options,
                                             const IncidentState& known = {});

  double Usual(const Window& window) const;
  /// The sum of what is usual in the windows of a week: by which two baselines are compared.
  double week() const { return week_; }
  /// The count, but not further from what is usual than noise goes: for the level.
  double Capped(const Window& window, double usual) const;
  /// By what factor the service is above its usual level, from sums over the last 24 hours.
  double Level(double capped, double usual) const;
  /// How the sum of so many windows scatters.
  CountNoise Noise(double expected, size_t windows) const;
  /// Numbers of windows whose sums are judged: one, a quarter of an hour, an hour.
  const std::vector<size_t>& spans() const { return spans_; }

 private:
  class Fitting;
  struct Shape {
    std::vector<double> profile;                ///< by slot of the day
    std::array<double, 7> weekday{};            ///< 0 = Thursday, as the epoch began
    std::array<double, size_t{7} * 24> hour{};  ///< by weekday and hour
    double noise = 1;                           ///< variance / mean
  };

  int64_t step_ms_ = 0;
  Shape shape_;
  double week_ = 0;
  double level_variance_ = 0;  ///< of the levels of days
  std::vector<size_t> spans_;
  std::vector<Dispersion> dispersions_;  ///< by span
};

/// The spans that suit windows of this step.
std::vector<size_t> SpansOf(int64_t step_ms);

}  // namespace cadenza::alerts
