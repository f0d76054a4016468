#pragma once

#include <cmath>
#include <functional>
#include <random>

#include "alerts/window_series.h"

namespace cadenza::alerts {

/// Made traffic: what is usual at a moment, and how it scatters.
struct MadeTraffic {
  double mean = 160;
  bool has_day = true;        ///< nights are quieter
  bool has_week = true;       ///< weekends are louder
  double overdispersion = 0;  ///< variance = mean + overdispersion * mean^2, window by window
  double drift = 0;           ///< standard deviation of a level that wanders over half a day
  int64_t step_ms = 5 * kMinuteMs;
  int64_t days = 42;

  double UsualAt(int64_t ms) const {
    const auto hour = static_cast<double>(ms % kDayMs) / kHourMs;
    const int64_t weekday = ms / kDayMs % 7;
    double usual = mean * static_cast<double>(step_ms) / (5 * kMinuteMs);
    // With a jump at a full hour, as real traffic has it.
    if (has_day) usual *= (1 + 0.4 * std::sin((hour - 9) / 24 * 2 * M_PI)) * (hour < 8 ? 0.7 : 1);
    if (has_week && (weekday == 2 || weekday == 3)) usual *= 1.3;
    return usual;
  }
};

/// Windows of it; `factor` says what an incident makes of the usual at a moment.
inline Series MakeSeries(const MadeTraffic& traffic, uint64_t seed,
                         const std::function<double(int64_t)>& factor = {}) {
  std::mt19937_64 random(seed);
  Series series{"", traffic.step_ms, traffic.step_ms, INT64_MAX, {}};
  const double keep = std::exp(-static_cast<double>(traffic.step_ms) / (12.0 * kHourMs));
  std::normal_distribution<double> normal;
  double wander = normal(random);
  const int64_t begin_ms = 20270LL * kDayMs;
  for (int64_t ms = begin_ms; ms < begin_ms + traffic.days * kDayMs; ms += traffic.step_ms) {
    double mean = traffic.UsualAt(ms) * std::exp(traffic.drift * wander);
    wander = keep * wander + std::sqrt(1 - keep * keep) * normal(random);
    if (traffic.overdispersion > 0) {
      const double shape = 1 / traffic.overdispersion;
      mean = std::gamma_distribution<double>(shape, mean / shape)(random);
    }
    if (factor) mean *= factor(ms);
    const int64_t count = mean > 0 ? std::poisson_distribution<int64_t>(mean)(random) : 0;
    series.windows.push_back({ms, ms, count, -1, true, count > 0});
  }
  return series;
}

}  // namespace cadenza::alerts
