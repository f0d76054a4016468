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
  // What is added s days from now counts for (1 - exp(-fading (days - s))) / fading. The expected
  // amount a day goes from that of now to that of both levels in balance, exponentially.
  const double leaves = expected.leaves_level_a_day;
  const double switching = leaves + expected.returns_to_level_a_day;
  const double other_share = switching > 0 ? leaves / switching : 0;
  const double balance = expected.now + (expected.other - expected.now) * other_share;
  const double f = fading_a_day;
  const double steady = (days + std::expm1(-f * days) / f) / f;
  double passing = steady;  // of the part that dies away with `switching`
  if (switching > 0) {
    const double gap = f - switching;
    const double mixed = std::abs(gap) < 1e-9
                             ? days * std::exp(-f * days)
                             : (std::exp(-switching * days) - std::exp(-f * days)) / gap;
    passing = (-std::expm1(-switching * days) / switching - mixed) / f;
  }
  const double future = balance * steady + (expected.now - balance) * passing;
  const double sum = SumOver(hazard, days, f) + std::max(future, 0.0);
  return -std::expm1(-sum);
}

}  // namespace cadenza::simulate
