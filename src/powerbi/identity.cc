#include "powerbi/identity.h"

#include <fmt/format.h>

#include "base/digest.h"

namespace cadenza::powerbi {
namespace {

/// The first half of the digest is enough to tell names from each other.
std::string HexOf(std::string_view name) { return ToHex(Sha256(name)).substr(0, 32); }

}  // namespace

std::string GuidOf(std::string_view name) {
  const std::string hex = HexOf(name);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

std::string ShortIdOf(std::string_view name) { return HexOf(name).substr(0, 20); }

}  // namespace cadenza::powerbi
