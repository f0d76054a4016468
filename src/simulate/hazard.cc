#include "simulate/hazard.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "simulate/rhythm.h"

namespace cadenza::simulate {
namespace {

double SumOver(const Hazard& hazard, double days, double fading) {
  return hazard.base * days - hazard.discontent * std::expm1(-fading * days) / fading;
}

}  // namespace

void Hazard::AdvanceTo(int64_t moment_ms, double fading_a_day) {
  const double days = static_cast<double>(moment_ms - at_ms) / kDayMs;
  if (days <= 0) return;
  const double kept = std::exp(-fading_a_day * days);
  sum += base * days + discontent * (1 - kept) / fading_a_day;
  discontent *= kept;
  at_ms = moment_ms;
}

void Felt::AdvanceTo(int64_t moment_ms, double fading_a_day) {
  const double passed = static_cast<double>(moment_ms - at_ms) / kDayMs;
  if (passed <= 0) return;
  const double kept = std::exp(-fading_a_day * passed);
  const double lasting = (1 - kept) / fading_a_day;
  const auto fade = [&](float* now, float* sum) {
    *sum += static_cast<float>(static_cast<double>(*now) * lasting);
    *now *= static_cast<float>(kept);
  };
  fade(&adverts, &adverts_sum);
  fade(&bad_songs, &bad_songs_sum);
  days += static_cast<float>(passed);
  at_ms = moment_ms;
}

int64_t Hazard::DueBefore(int64_t until_ms, double fading_a_day) const {
  const double wanted = threshold - sum;
  if (wanted <= 0) return at_ms;
  double high = static_cast<double>(until_ms - at_ms) / kDayMs;
  if (high <= 0 || SumOver(*this, high, fading_a_day) < wanted) {
    return std::numeric_limits<int64_t>::max();
  }
  // The sum grows with time: halving finds the moment to the millisecond.
  double low = 0;
  while ((high - low) * kDayMs > 0.5) {
    const double middle = (low + high) / 2;
    (SumOver(*this, middle, fading_a_day) < wanted ? low : high) = middle;
  }
  return at_ms + static_cast<int64_t>(std::ceil(high * kDayMs));
}

double ProbabilityToLeave(const Hazard& hazard, const ExpectedDiscontent& expected,
                          double fading_a_day, double days) {
  // Let stay = E[exp(-what future sessions add to the sum)], for each level, with `left` days to
  // go. A session that comes then adds an exponential amount of mean m, which counts for `weight`
  // until the end, and E[exp(-amount * weight)] = 1 / (1 + m * weight). Sessions and changes of
  // level are Poisson, so
  //   d stay / d left = -rate * m * weight / (1 + m * weight) * stay + changes * (other - stay).
  struct Stay {
    double now = 1, other = 1;
  };
  const auto slope = [&](const Stay& stay, double left) {
    const double weight = -std::expm1(-fading_a_day * left) / fading_a_day;
    const auto lost = [&](const ExpectedDiscontent::Sessions& sessions) {
      const double felt = sessions.added_by_each * weight;
      return sessions.a_day * felt / (1 + felt);
    };
    return Stay{.now = -lost(expected.now) * stay.now +
                       expected.leaves_level_a_day * (stay.other - stay.now),
                .other = -lost(expected.other) * stay.other +
                         expected.returns_to_level_a_day * (stay.now - stay.other)};
  };
  constexpr int kSteps = 24;
  const double step = days / kSteps;
  Stay stay;
  for (int i = 0; i < kSteps; ++i) {
    const double left = i * step;
    const Stay first = slope(stay, left);
    const Stay middle = {.now = stay.now + step / 2 * first.now,
                         .other = stay.other + step / 2 * first.other};
    const Stay half = slope(middle, left + step / 2);
    stay.now += step * half.now;
    stay.other += step * half.other;
  }
  return 1 - std::exp(-SumOver(hazard, days, fading_a_day)) * stay.now;
}

}  // namespace cadenza::simulate
