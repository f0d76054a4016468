#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <random>
#include <string>

namespace cadenza {

/// A random UUID (version 4), for tables, commits and operations.
inline std::string UniqueId() {
  std::random_device random;
  const auto draw = [&random] { return uint64_t{random()} << 32 | random(); };
  const uint64_t high = (draw() & ~0xF000ULL) | 0x4000ULL;       // version 4
  const uint64_t low = (draw() & ~(3ULL << 62)) | (1ULL << 63);  // RFC 4122
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xFFFF,
                     high & 0xFFFF, low >> 48, low & 0xFFFF'FFFF'FFFF);
}

}  // namespace cadenza
