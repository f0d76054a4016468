#pragma once

#include <cmath>
#include <cstdint>

namespace cadenza::simulate {

/// Random numbers from a key: a counter that is mixed (SplitMix64). 8 bytes, so each listener has
/// its own, and what one listener does depends on nobody else, on no thread and on no order.
class Dice {
 public:
  /// What a stream is for. Streams of one seed with another use or number are independent.
  enum class Use : uint64_t {
    kCatalogue,
    kArtist,
    kSong,
    kListenerMaking,
    kListenerLife,
    kDelivery,
    kFault,
    kBootstrap,
  };

  Dice() = default;
  Dice(uint64_t seed, Use use, uint64_t number)
      : state_(Mix(Mix(seed + kStep * (static_cast<uint64_t>(use) + 1)) + kStep * number)) {}

  uint64_t Next() {
    state_ += kStep;
    return Mix(state_);
  }
  /// In [0, 1).
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }
  double Between(double low, double high) { return low + (high - low) * Uniform(); }
  uint32_t Below(uint32_t count) {
    return static_cast<uint32_t>(((Next() >> 32) * uint64_t{count}) >> 32);
  }
  bool Chance(double probability) { return Uniform() < probability; }
  double Exponential() { return -std::log1p(-Uniform()); }
  double Normal() {
    const double radius = std::sqrt(2 * Exponential());
    return radius * std::cos(6.283185307179586 * Uniform());
  }
  double LogNormal(double median, double sigma) { return median * std::exp(sigma * Normal()); }

 private:
  static constexpr uint64_t kStep = 0x9e3779b97f4a7c15;
  static uint64_t Mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }

  uint64_t state_ = 0;
};

}  // namespace cadenza::simulate
