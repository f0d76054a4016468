#include "alerts/seasonal_baseline.h"

#include <algorithm>
#include <cmath>

namespace cadenza::alerts {
namespace {

constexpr int64_t kWeekMs = 7 * kDayMs;
constexpr int kFitRounds = 3;
/// Residuals beyond so many standard deviations lose weight.
constexpr double kOutlier = 2.58;
/// A level is believed to move by 1 % from day to day at least.
constexpr double kLevelVarianceMin = 1e-4;
constexpr double kUsualMin = 1e-3;

int64_t DayOf(const Window& window) { return window.local_ms / kDayMs; }
size_t WeekdayOf(const Window& window) { return static_cast<size_t>(DayOf(window) % 7); }
size_t HourOf(const Window& window) {
  return static_cast<size_t>(window.local_ms % kDayMs / kHourMs);
}

}  // namespace

std::vector<size_t> SpansOf(int64_t step_ms) {
  std::vector<size_t> spans;
  for (const int64_t length_ms : {step_ms, 15 * kMinuteMs, kHourMs}) {
    const auto windows = static_cast<size_t>(std::max<int64_t>(1, length_ms / step_ms));
    if (spans.empty() || windows > spans.back()) spans.push_back(windows);
  }
  return spans;
}

/// The windows of whole weeks, and how much each is believed.
class SeasonalBaseline::Fitting {
 public:
  Fitting(const Series& series, std::vector<Window> windows)
      : windows_(std::move(windows)),
        step_ms_(series.step_ms),
        a_week_(static_cast<size_t>(kWeekMs / series.step_ms)),
        weights_(windows_.size(), 1.0) {}

  void Run(SeasonalBaseline* baseline) {
    double noise = 1;
    Shape* shape = &baseline->shape_;
    shape->weekday.fill(1);
    shape->hour.fill(1);
    for (int round = 0; round < kFitRounds; ++round) {
      *shape = ShapeWithout(kNoWeek, noise, *shape);
      noise = Reweigh(*baseline);
    }
    *shape = ShapeWithout(kNoWeek, noise, *shape);
    MeasureScatter(noise, baseline);
  }

 private:
  static constexpr size_t kNoWeek = SIZE_MAX;

  size_t SlotOf(const Window& window) const {
    return static_cast<size_t>(window.local_ms % kDayMs / step_ms_);
  }
  size_t slots() const { return static_cast<size_t>(kDayMs / step_ms_); }
  template <class Visit>
  void ForEachWithout(size_t week, Visit visit) const {
    for (size_t i = 0; i < windows_.size(); ++i) {
      if (i / a_week_ != week) visit(windows_[i], weights_[i]);
    }
  }

  /// `before`: by which factors the days of the week differ, as far as is known.
  Shape ShapeWithout(size_t week, double noise, const Shape& before) const {
    Shape shape;
    shape.noise = noise;
    shape.profile = ProfileWithout(week, noise, before);
    shape.weekday.fill(1);
    shape.hour.fill(1);
    const auto set_ratios = [&](auto group_of, auto* factors) {
      std::vector<CountPair> groups(factors->size());
      ForEachWithout(week, [&](const Window& window, double weight) {
        CountPair& group = groups[group_of(window)];
        group.count += weight * static_cast<double>(window.sessions);
        group.expected += weight * shape.profile[SlotOf(window)] * shape.weekday[WeekdayOf(window)];
      });
      std::ranges::copy(ShrunkRatios(groups, noise), factors->begin());
    };
    set_ratios(WeekdayOf, &shape.weekday);
    set_ratios([](const Window& w) { return WeekdayOf(w) * 24 + HourOf(w); }, &shape.hour);
    return shape;
  }

  /// The mean of each slot of the day, drawn towards that of its hour as far as they differ by
  /// noise alone. Slots are not smoothed beyond the hour: traffic may jump at a full one. A window
  /// of a loud day counts for as many of a usual one: else a slot in which one of these lost weight
  /// would seem to be a quiet one.
  std::vector<double> ProfileWithout(size_t week, double noise, const Shape& before) const {
    std::vector<CountPair> sums(slots());  // count, weight
    ForEachWithout(week, [&](const Window& window, double weight) {
      const size_t weekday = WeekdayOf(window);
      const double factor = before.weekday[weekday] * before.hour[weekday * 24 + HourOf(window)];
      sums[SlotOf(window)].count += weight * static_cast<double>(window.sessions);
      sums[SlotOf(window)].expected += weight * factor;
    });
    std::vector<double> profile(slots());
    const size_t an_hour =
        std::max<size_t>(1, static_cast<size_t>(kHourMs / std::min(step_ms_, kHourMs)));
    for (size_t first = 0; first < slots(); first += an_hour) {
      const size_t last = std::min(first + an_hour, slots());
      double counts = 0, weights = 0;
      for (size_t s = first; s < last; ++s) {
        counts += sums[s].count;
        weights += sums[s].expected;
      }
      const double mean = weights > 0 ? counts / weights : 0;
      for (size_t s = first; s < last; ++s) sums[s].expected *= mean;
      const auto hour = std::span(sums).subspan(first, last - first);
      const std::vector<double> ratios = ShrunkRatios(hour, noise);
      for (size_t s = first; s < last; ++s) {
        profile[s] = mean * ratios[s - first];
      }
    }
    return profile;
  }

  /// Weighs the windows by their residuals; returns the noise.
  double Reweigh(const SeasonalBaseline& baseline) {
    std::vector<CountPair> pairs;
    pairs.reserve(windows_.size());
    for (const Window& window : windows_) {
      pairs.push_back({static_cast<double>(window.sessions), baseline.Usual(window)});
    }
    const Dispersion scatter = EstimateDispersion(pairs);
    double variance = 0, mean = 0;
    for (size_t i = 0; i < pairs.size(); ++i) {
      const double off = pairs[i].count - pairs[i].expected;
      const double deviations = off * off / scatter.Variance(pairs[i].expected);
      weights_[i] = deviations > kOutlier * kOutlier ? kOutlier * kOutlier / deviations : 1;
      variance += scatter.Variance(pairs[i].expected);
      mean += pairs[i].expected;
    }
    return variance / mean;
  }

  /// The residuals of each week against a baseline of the others.
  void MeasureScatter(double noise, SeasonalBaseline* baseline) const {
    std::vector<double> usual(windows_.size()), capped(windows_.size());
    SeasonalBaseline others = *baseline;
    for (size_t week = 0; week * a_week_ < windows_.size(); ++week) {
      others.shape_ = ShapeWithout(week, noise, baseline->shape_);
      for (size_t i = week * a_week_; i < (week + 1) * a_week_; ++i) {
        usual[i] = others.Usual(windows_[i]);
        capped[i] = others.Capped(windows_[i], usual[i]);
      }
    }
    baseline->level_variance_ = LevelVariance(usual, capped, noise);
    std::vector<CountPair> pairs;
    double usual_sum = 0, capped_sum = 0;
    for (size_t i = 0; i < windows_.size(); ++i) {
      if (i >= slots()) {
        const double level = baseline->Level(capped_sum, usual_sum);
        pairs.push_back({static_cast<double>(windows_[i].sessions), usual[i] * level});
        usual_sum -= usual[i - slots()];
        capped_sum -= capped[i - slots()];
      }
      usual_sum += usual[i];
      capped_sum += capped[i];
    }
    for (const size_t span : baseline->spans_) {
      baseline->dispersions_.push_back(EstimateDispersion(SumsOf(pairs, span)));
    }
  }

  double LevelVariance(std::span<const double> usual, std::span<const double> capped,
                       double noise) const {
    double excess = 0, all = 0;
    for (size_t first = 0; first + slots() <= usual.size(); first += slots()) {
      CountPair day;
      for (size_t i = first; i < first + slots(); ++i) {
        day.count += capped[i];
        day.expected += usual[i];
      }
      const double off = day.count / day.expected - 1;
      excess += day.expected * off * off - noise;
      all += day.expected;
    }
    return std::max(kLevelVarianceMin, all > 0 ? excess / all : 0);
  }

  static std::vector<CountPair> SumsOf(std::span<const CountPair> pairs, size_t span) {
    std::vector<CountPair> sums;
    for (size_t first = 0; first + span <= pairs.size(); first += span) {
      CountPair& sum = sums.emplace_back();
      for (size_t i = first; i < first + span; ++i) {
        sum.count += pairs[i].count;
        sum.expected += pairs[i].expected;
      }
    }
    return sums;
  }

  std::vector<Window> windows_;
  int64_t step_ms_;
  size_t a_week_;
  std::vector<double> weights_;
};

namespace {

/// The windows as they would be without what is known of incidents at the end.
std::vector<Window> WithoutIncidents(std::vector<Window> windows, int64_t step_ms, int64_t now_ms,
                                     const IncidentState& known) {
  const auto a_week = static_cast<size_t>(kWeekMs / step_ms);
  std::vector<char> is_explained(windows.size());
  for (size_t i = 0; i < windows.size(); ++i) {
    is_explained[i] = known.Explains(windows[i].start_ms, now_ms) ? 1 : 0;
    windows[i].sessions =
        static_cast<int64_t>(std::llround(static_cast<double>(windows[i].sessions) *
                                          known.FactorBefore(windows[i].start_ms, now_ms)));
  }
  for (size_t i = 0; i < windows.size(); ++i) {
    if (!is_explained[i]) continue;
    for (size_t other = i % a_week; other < windows.size(); other += a_week) {
      if (is_explained[other]) continue;
      windows[i].sessions = windows[other].sessions;
      break;
    }
  }
  return windows;
}

}  // namespace

std::optional<SeasonalBaseline> SeasonalBaseline::Fit(const Series& series, size_t end,
                                                      const BaselineOptions& options,
                                                      const IncidentState& known) {
  const auto a_day = static_cast<size_t>(kDayMs / series.step_ms);
  const size_t days = std::min(end / a_day, static_cast<size_t>(options.history_days));
  if (days < static_cast<size_t>(options.min_history_days) || days < 14) return std::nullopt;
  SeasonalBaseline baseline;
  baseline.step_ms_ = series.step_ms;
  baseline.spans_ = SpansOf(series.step_ms);
  const size_t begin = end - days / 7 * 7 * a_day;
  const auto all = std::span(series.windows).subspan(begin, end - begin);
  std::vector<Window> windows(all.begin(), all.end());
  if (!known.explained.empty()) {
    windows = WithoutIncidents(std::move(windows), series.step_ms,
                               windows.back().start_ms + series.step_ms, known);
  }
  Fitting(series, std::move(windows)).Run(&baseline);
  for (int64_t ms = 0; ms < kWeekMs; ms += series.step_ms) {
    baseline.week_ += baseline.Usual({ms, ms, 0, -1, true, true});
  }
  return baseline;
}

double SeasonalBaseline::Usual(const Window& window) const {
  const auto slot = static_cast<size_t>(window.local_ms % kDayMs / step_ms_);
  const size_t weekday = WeekdayOf(window);
  return std::max(kUsualMin, shape_.profile[slot] * shape_.weekday[weekday] *
                                 shape_.hour[weekday * 24 + HourOf(window)]);
}

double SeasonalBaseline::Capped(const Window& window, double usual) const {
  const double reach = 3 * std::sqrt(shape_.noise * usual);
  return std::clamp(static_cast<double>(window.sessions), std::max(0.0, usual - reach),
                    usual + reach);
}

double SeasonalBaseline::Level(double capped, double usual) const {
  if (usual <= 0) return 1;
  const double trust = level_variance_ / (level_variance_ + shape_.noise / usual);
  return 1 + trust * (capped / usual - 1);
}

CountNoise SeasonalBaseline::Noise(double expected, size_t windows) const {
  const Dispersion& single = dispersions_.front();
  const auto among = static_cast<double>(windows);
  double variance = single.linear * expected + single.square * expected * expected / among;
  for (size_t i = 0; i < spans_.size(); ++i) {
    // A sum of more windows than the longest span scatters as that does.
    const bool fits = spans_[i] <= windows && (i + 1 == spans_.size() || spans_[i + 1] > windows);
    if (fits) variance = std::max(variance, dispersions_[i].Variance(expected));
  }
  return {expected, variance};
}

}  // namespace cadenza::alerts
