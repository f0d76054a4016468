#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace cadenza::engine {

/// MD5 (RFC 1321) of short texts, eight at a time: each step of the algorithm waits for the one
/// before it, so that one text alone leaves most of a core idle.
class Md5Lanes {
 public:
  static constexpr size_t kLanes = 8;
  /// What fits in one block beside the padding.
  static constexpr size_t kTextBytesMax = 55;
  using Hex = std::array<char, 32>;

  /// text.size() <= kTextBytesMax, lane < kLanes.
  void Set(size_t lane, std::string_view text);
  /// The lower-case digests of what was set last in each lane.
  void Digest(std::array<Hex, kLanes>* digests) const;

 private:
  std::array<std::array<uint32_t, 16>, kLanes> blocks_{};
};

}  // namespace cadenza::engine
