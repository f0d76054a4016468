#include "alerts/count_noise.h"

#include <gtest/gtest.h>

#include <cmath>

namespace cadenza::alerts {
namespace {

/// P(Y = count) by the definition, term by term.
double ChanceOf(int64_t count, double mean, double variance) {
  const auto y = static_cast<double>(count);
  if (variance <= mean) return std::exp(y * std::log(mean) - mean - std::lgamma(y + 1));
  const double p = mean / variance, r = mean * p / (1 - p);
  return std::exp(std::lgamma(y + r) - std::lgamma(r) - std::lgamma(y + 1) + r * std::log(p) +
                  y * std::log1p(-p));
}

TEST(CountNoiseTest, TailsAreTheSumsOfTheDefinition) {
  for (const double mean : {0.3, 4.0, 160.0, 2000.0}) {
    for (const double excess : {1.0, 1.01, 1.5, 6.0}) {
      const CountNoise noise(mean, mean * excess);
      double sum = 0;
      const auto last = static_cast<int64_t>(mean + 6 * std::sqrt(mean * excess));
      for (int64_t count = 0; count <= last; ++count) {
        const double before = sum;
        sum += ChanceOf(count, mean, mean * excess);
        if (count % 7 != 0) continue;
        ASSERT_NEAR(noise.AtMost(count), sum, 1e-8) << mean << " " << excess << " " << count;
        ASSERT_NEAR(noise.AtLeast(count), 1 - before, 1e-8) << mean << " " << count;
      }
    }
  }
}

TEST(CountNoiseTest, SmallTailsKeepTheirDigits) {
  const CountNoise noise(160, 200);
  double sum = 0;
  for (int64_t count = 260; count < 400; ++count) sum += ChanceOf(count, 160, 200);
  EXPECT_LT(sum, 1e-9);
  EXPECT_NEAR(noise.AtLeast(260) / sum, 1, 1e-6);
}

TEST(CountNoiseTest, BoundsAreTheFirstCountsBeyondTheChance) {
  for (const double mean : {0.2, 3.0, 160.0}) {
    for (const double excess : {1.0, 2.0}) {
      const CountNoise noise(mean, mean * excess);
      const int64_t high = noise.SpikeFrom(1e-4), low = noise.DropUntil(1e-4);
      EXPECT_LT(noise.AtLeast(high), 1e-4);
      EXPECT_GE(noise.AtLeast(high - 1), 1e-4);
      EXPECT_GE(noise.AtMost(low + 1), 1e-4);
      EXPECT_TRUE(low < 0 || noise.AtMost(low) < 1e-4);
    }
  }
  EXPECT_EQ(CountNoise(3, 3).DropUntil(1e-4), -1) << "no window of 3 sessions can be too quiet";
}

}  // namespace
}  // namespace cadenza::alerts
