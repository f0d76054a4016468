#include "serve/scram.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <utf8proc.h>

#include <charconv>
#include <cstdlib>

#include "serve/secret_text.h"

namespace cadenza::serve {
namespace {

constexpr int kIterations = 4096;  // as PostgreSQL; RFC 7677 asks for no fewer
constexpr int kIterationsMax = 1'000'000;
constexpr size_t kKeyBytes = 32, kSaltBytes = 16;
constexpr std::string_view kScheme = "SCRAM-SHA-256$";

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// The same password typed in another Unicode form is the same; bytes that are no UTF-8 stay.
std::string Normal(std::string_view password) {
  utf8proc_uint8_t* normal = nullptr;
  const auto options =
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
  const utf8proc_ssize_t size = utf8proc_map(
      Bytes(password), static_cast<utf8proc_ssize_t>(password.size()), &normal, options);
  std::string text = size < 0
                         ? std::string(password)
                         : std::string(reinterpret_cast<char*>(normal), static_cast<size_t>(size));
  std::free(normal);
  return text;
}

std::string SaltedPassword(std::string_view password, std::string_view salt, int iterations) {
  const std::string normal = Normal(password);
  std::string salted(kKeyBytes, '\0');
  PKCS5_PBKDF2_HMAC(normal.data(), static_cast<int>(normal.size()), Bytes(salt),
                    static_cast<int>(salt.size()), iterations, EVP_sha256(),
                    static_cast<int>(kKeyBytes), reinterpret_cast<unsigned char*>(salted.data()));
  return salted;
}

bool AreEqual(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace

Result<ScramVerifier> MakeVerifier(std::string_view password) {
  CADENZA_ASSIGN(std::string salt, RandomBytes(kSaltBytes));
  return VerifierOf(password, std::move(salt), kIterations);
}

ScramVerifier VerifierOf(std::string_view password, std::string salt, int iterations) {
  const std::string salted = SaltedPassword(password, salt, iterations);
  return {iterations, std::move(salt), Sha256(HmacSha256(salted, "Client Key")),
          HmacSha256(salted, "Server Key")};
}

Result<ScramVerifier> ParseVerifier(std::string_view text) {
  const Error wrong = MakeError(ErrorKind::kInput, "not a SCRAM-SHA-256 verifier");
  if (!text.starts_with(kScheme)) return wrong;
  text.remove_prefix(kScheme.size());
  const size_t colon = text.find(':'), dollar = text.find('$');
  const size_t second = text.rfind(':');
  if (colon == text.npos || dollar == text.npos || colon > dollar || second < dollar) return wrong;
  ScramVerifier verifier;
  const auto [end, error] =
      std::from_chars(text.begin(), text.begin() + colon, verifier.iterations);
  const auto salt = FromBase64(text.substr(colon + 1, dollar - colon - 1));
  const auto stored = FromBase64(text.substr(dollar + 1, second - dollar - 1));
  const auto server = FromBase64(text.substr(second + 1));
  if (error != std::errc() || end != text.begin() + colon || verifier.iterations < 1 ||
      verifier.iterations > kIterationsMax || !salt || salt->empty() || !stored ||
      stored->size() != kKeyBytes || !server || server->size() != kKeyBytes) {
    return wrong;
  }
  verifier.salt = *salt;
  verifier.stored_key = *stored;
  verifier.server_key = *server;
  return verifier;
}

std::string VerifierText(const ScramVerifier& verifier) {
  return fmt::format("{}{}:{}${}:{}", kScheme, verifier.iterations, ToBase64(verifier.salt),
                     ToBase64(verifier.stored_key), ToBase64(verifier.server_key));
}

bool IsPassword(const ScramVerifier& verifier, std::string_view password) {
  const std::string salted = SaltedPassword(password, verifier.salt, verifier.iterations);
  return AreEqual(Sha256(HmacSha256(salted, "Client Key")), verifier.stored_key);
}

bool ProvesPassword(const ScramVerifier& verifier, std::string_view auth_message,
                    std::string_view proof) {
  std::string client_key = HmacSha256(verifier.stored_key, auth_message);
  if (proof.size() != client_key.size()) return false;
  for (size_t at = 0; at < proof.size(); ++at) {
    client_key[at] = static_cast<char>(client_key[at] ^ proof[at]);
  }
  return AreEqual(Sha256(client_key), verifier.stored_key);
}

std::string ServerSignature(const ScramVerifier& verifier, std::string_view auth_message) {
  return HmacSha256(verifier.server_key, auth_message);
}

}  // namespace cadenza::serve
