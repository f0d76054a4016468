#include "share/signed_address.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace cadenza::share {

AddressSigner::AddressSigner() : secret_(32, '\0') {
  RAND_bytes(reinterpret_cast<unsigned char*>(secret_.data()), static_cast<int>(secret_.size()));
}

std::string AddressSigner::Signature(std::string_view path, std::string_view holder,
                                     int64_t expires_ms) const {
  const std::string text = fmt::format("{}\n{}\n{}", path, holder, expires_ms);
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash, &length);
  std::string hex;
  for (unsigned int byte = 0; byte < length; ++byte) hex += fmt::format("{:02x}", hash[byte]);
  return hex;
}

std::string AddressSigner::Query(std::string_view path, std::string_view holder,
                                 int64_t expires_ms) const {
  return fmt::format("exp={}&to={}&X-Amz-Signature={}", expires_ms, holder,
                     Signature(path, holder, expires_ms));
}

bool AddressSigner::IsRight(std::string_view path, std::string_view holder, int64_t expires_ms,
                            std::string_view signature, int64_t now_ms) const {
  const std::string right = Signature(path, holder, expires_ms);
  return now_ms < expires_ms && signature.size() == right.size() &&
         CRYPTO_memcmp(signature.data(), right.data(), right.size()) == 0;
}

}  // namespace cadenza::share
