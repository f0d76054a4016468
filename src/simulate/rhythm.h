#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "simulate/dice.h"
#include "simulate/profile.h"

namespace cadenza::simulate {

inline constexpr int64_t kHourMs = 3'600'000;
inline constexpr int64_t kDayMs = 24 * kHourMs;

/// Something that was done to the service on purpose, for alerts to find.
struct Incident {
  std::string kind;  ///< surge: sessions start `factor` times as often; outage: factor 0
  int64_t start_ms = 0;
  int64_t end_ms = 0;
  double factor = 1;
};

/// When listeners come: a curve over the week, and incidents. Time is measured against it in
/// "usual days", of which a week has seven.
class Rhythm {
 public:
  Rhythm(const Profile& profile, std::vector<Incident> incidents);

  /// The moment at which `usual_days` have passed since `from_ms`.
  int64_t After(int64_t from_ms, double usual_days) const;
  /// Some moment of the UTC day that `moment_ms` lies in, by the curve.
  int64_t SomewhenOnDay(int64_t moment_ms, Dice* dice) const;
  bool OutageAt(int64_t moment_ms) const;
  const std::vector<Incident>& incidents() const { return incidents_; }

 private:
  double UsualDays(int64_t moment_ms) const;
  int64_t MomentOf(double usual_days) const;
  double FactorAt(int64_t moment_ms) const;
  /// The next moment after this one at which an incident starts or ends.
  int64_t NextBorder(int64_t moment_ms) const;

  std::array<double, 169> until_{};  ///< usual days from Monday 00:00 to each hour
  std::vector<Incident> incidents_;
};

}  // namespace cadenza::simulate
