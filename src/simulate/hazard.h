#pragma once

#include <cstdint>

namespace cadenza::simulate {

/// Why and when a listener leaves: a rate a day,
///
///     rate(t) = base + discontent(t),
///
/// where each advert and each bad song adds to the discontent, which fades with its half-life. The
/// listener cancels when the rate, summed up over time, reaches `threshold`, which is exponential:
/// so exp(-sum) is the probability to stay. Only the future adverts and bad songs are unknown, and
/// their rate is known (see Oracle); that makes the true probability of leaving computable.
struct Hazard {
  double base = 0;        ///< a day
  double discontent = 0;  ///< a day, at at_ms
  double sum = 0;         ///< until at_ms
  double threshold = 0;
  int64_t at_ms = 0;

  void AdvanceTo(int64_t moment_ms, double fading_a_day);
  bool due() const { return sum >= threshold; }
  /// When the threshold is reached if nothing is added; INT64_MAX when not before `until_ms`.
  int64_t DueBefore(int64_t until_ms, double fading_a_day) const;
};

/// Of the logarithm of what an advert and a bad song add.
inline constexpr double kWeightSigma = 0.7;

/// What a listener felt, whatever it weighs: adverts and bad songs, which fade as the discontent
/// does, and their sums over time. Who sees the listener's screen knows it; the weights are the
/// listener's own.
struct Felt {
  float adverts = 0, bad_songs = 0;          ///< at at_ms
  float adverts_sum = 0, bad_songs_sum = 0;  ///< until at_ms, in days
  float days = 0;                            ///< until at_ms
  int64_t at_ms = 0;

  void AdvanceTo(int64_t moment_ms, double fading_a_day);
};

/// What adds to the discontent in the future, in the level of now and in the other, and how often
/// the listener changes between them. Sessions come at random; what one of them adds is taken to be
/// exponential, because the number of plays in a session is nearly so.
struct ExpectedDiscontent {
  struct Sessions {
    double a_day = 0;
    double added_by_each = 0;  ///< in the mean
  };
  Sessions now, other;
  double leaves_level_a_day = 0;  ///< upgrade or downgrade
  double returns_to_level_a_day = 0;
};

/// P(the listener cancels within `days`), for the state at hazard.at_ms.
double ProbabilityToLeave(const Hazard& hazard, const ExpectedDiscontent& expected,
                          double fading_a_day, double days);

}  // namespace cadenza::simulate
