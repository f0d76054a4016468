#include "simulate/rhythm.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace cadenza::simulate {
namespace {

constexpr int64_t kWeekMs = 7 * kDayMs;
// The epoch was a Thursday; weeks are counted from the Monday before.
constexpr int64_t kMondayMs = -3 * kDayMs;

int64_t FloorDiv(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

Rhythm::Rhythm(const Profile& profile, std::vector<Incident> incidents)
    : incidents_(std::move(incidents)) {
  for (size_t hour = 0; hour < 168; ++hour) {
    until_[hour + 1] = until_[hour] + profile.hours[hour % 24] * profile.weekdays[hour / 24];
  }
  const double scale = 7 / until_[168];
  for (double& value : until_) value *= scale;
}

double Rhythm::UsualDays(int64_t moment_ms) const {
  const int64_t week = FloorDiv(moment_ms - kMondayMs, kWeekMs);
  const int64_t within = moment_ms - kMondayMs - week * kWeekMs;
  const auto hour = static_cast<size_t>(within / kHourMs);
  const double part = static_cast<double>(within % kHourMs) / kHourMs;
  return static_cast<double>(week) * 7 + until_[hour] + part * (until_[hour + 1] - until_[hour]);
}

int64_t Rhythm::MomentOf(double usual_days) const {
  const double week = std::floor(usual_days / 7);
  const double within = usual_days - week * 7;
  const auto found = std::upper_bound(until_.begin() + 1, until_.end() - 1, within);
  const auto hour = static_cast<size_t>(found - until_.begin()) - 1;
  const double width = until_[hour + 1] - until_[hour];
  const double part = width > 0 ? std::clamp((within - until_[hour]) / width, 0.0, 1.0) : 0;
  return kMondayMs + static_cast<int64_t>(week) * kWeekMs + static_cast<int64_t>(hour) * kHourMs +
         static_cast<int64_t>(part * kHourMs);
}

double Rhythm::FactorAt(int64_t moment_ms) const {
  double factor = 1;
  for (const Incident& incident : incidents_) {
    if (incident.start_ms <= moment_ms && moment_ms < incident.end_ms) factor *= incident.factor;
  }
  return factor;
}

int64_t Rhythm::NextBorder(int64_t moment_ms) const {
  int64_t next = std::numeric_limits<int64_t>::max();
  for (const Incident& incident : incidents_) {
    if (incident.start_ms > moment_ms) next = std::min(next, incident.start_ms);
    if (incident.end_ms > moment_ms) next = std::min(next, incident.end_ms);
  }
  return next;
}

int64_t Rhythm::After(int64_t from_ms, double usual_days) const {
  int64_t at = from_ms;
  double left = usual_days;
  while (true) {
    const int64_t border = NextBorder(at);
    const double factor = FactorAt(at);
    if (border == std::numeric_limits<int64_t>::max()) {
      return std::max(at, MomentOf(UsualDays(at) + left));
    }
    if (factor > 0) {
      const int64_t found = MomentOf(UsualDays(at) + left / factor);
      if (found < border) return std::max(at, found);
      left -= factor * (UsualDays(border) - UsualDays(at));
      left = std::max(left, 0.0);
    }
    at = border;
  }
}

int64_t Rhythm::SomewhenOnDay(int64_t moment_ms, Dice* dice) const {
  const int64_t day = FloorDiv(moment_ms, kDayMs) * kDayMs;
  const double from = UsualDays(day);
  return std::min(MomentOf(from + dice->Uniform() * (UsualDays(day + kDayMs) - from)),
                  day + kDayMs - 1);
}

bool Rhythm::OutageAt(int64_t moment_ms) const {
  return std::ranges::any_of(incidents_, [&](const Incident& incident) {
    return incident.factor == 0 && incident.start_ms <= moment_ms && moment_ms < incident.end_ms;
  });
}

}  // namespace cadenza::simulate
