#pragma once

#include <cstdint>

namespace cadenza::alerts {

/// How a count scatters: Poisson where the variance is the mean, else negative binomial with that
/// mean and variance. With r = mean^2 / (variance - mean) and p = mean / variance:
///   P(Y <= y) = I_p(r, y + 1)    (regularized incomplete beta function)
/// Source: Johnson, Kemp, Kotz, Univariate Discrete Distributions, 3rd ed., 5.6. Thresholds for
/// surveillance from quantiles of this distribution: Noufaily et al., Stat. Med. 32 (2013) 1206.
class CountNoise {
 public:
  /// A variance below the mean counts as the mean. The mean has to be positive.
  CountNoise(double mean, double variance);

  double mean() const { return mean_; }
  double variance() const { return variance_; }
  /// P(Y <= count)
  double AtMost(int64_t count) const;
  /// P(Y >= count)
  double AtLeast(int64_t count) const;
  /// The least count with P(Y >= count) < chance: from here on it is a spike.
  int64_t SpikeFrom(double chance) const;
  /// The greatest count with P(Y <= count) < chance, or -1: up to here it is a drop.
  int64_t DropUntil(double chance) const;

 private:
  bool is_poisson() const { return variance_ <= mean_; }

  double mean_, variance_;
};

}  // namespace cadenza::alerts
