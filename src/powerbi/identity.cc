#include "powerbi/identity.h"

#include <fmt/format.h>
#include <openssl/evp.h>

namespace cadenza::powerbi {
namespace {

std::string HexOf(std::string_view name) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_Digest(name.data(), name.size(), hash, &length, EVP_sha256(), nullptr);
  std::string hex;
  for (int byte = 0; byte < 16; ++byte) hex += fmt::format("{:02x}", hash[byte]);
  return hex;
}

}  // namespace

std::string GuidOf(std::string_view name) {
  const std::string hex = HexOf(name);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

std::string ShortIdOf(std::string_view name) { return HexOf(name).substr(0, 20); }

}  // namespace cadenza::powerbi
