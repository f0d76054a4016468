#include "pgwire/scram.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <charconv>

#include "base/digest.h"

namespace cadenza::pgwire {
namespace {

constexpr size_t kHashSize = 32;
constexpr int kIterations = 4096;

std::string Base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(length));
  return text;
}

/// Empty for what is no base64.
std::string FromBase64(std::string_view text) {
  if (text.size() % 4 != 0 || text.empty() || text.size() > 4096) return "";
  std::string bytes(text.size() / 4 * 3, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  if (length < 0) return "";
  bytes.resize(static_cast<size_t>(length));
  for (size_t pad = 0; pad < 2 && text[text.size() - 1 - pad] == '='; ++pad) bytes.pop_back();
  return bytes;
}

std::string Random(size_t size) {
  std::string bytes(size, '\0');
  RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size));
  return bytes;
}

/// The value of `name=` in a comma-separated message; empty when it is not there.
std::string_view Attribute(std::string_view message, char name) {
  while (!message.empty()) {
    const size_t comma = std::min(message.find(','), message.size());
    const std::string_view part = message.substr(0, comma);
    if (part.size() > 1 && part[0] == name && part[1] == '=') return part.substr(2);
    message.remove_prefix(std::min(comma + 1, message.size()));
  }
  return {};
}

SqlError Malformed() { return {"08P01", "malformed SCRAM message"}; }

}  // namespace

ScramServer::ScramServer(std::string_view verifier, std::string_view user, std::string binding)
    : binding_(std::move(binding)), user_(user) {
  constexpr std::string_view kStart = "SCRAM-SHA-256$";
  const size_t salt_at = verifier.find(':'), keys_at = verifier.find('$', kStart.size());
  const size_t server_at = keys_at == verifier.npos ? verifier.npos : verifier.find(':', keys_at);
  if (verifier.starts_with(kStart) && salt_at < keys_at && server_at != verifier.npos) {
    std::from_chars(verifier.data() + kStart.size(), verifier.data() + salt_at, iterations_);
    salt_ = FromBase64(verifier.substr(salt_at + 1, keys_at - salt_at - 1));
    stored_key_ = FromBase64(verifier.substr(keys_at + 1, server_at - keys_at - 1));
    server_key_ = FromBase64(verifier.substr(server_at + 1));
    is_known_ =
        stored_key_.size() == kHashSize && server_key_.size() == kHashSize && !salt_.empty();
  }
  // The salt of nobody is the same each time that he is asked for.
  static const std::string kSecret = Random(kHashSize);
  if (!is_known_) {
    salt_ = HmacSha256(kSecret, user).substr(0, 16);
    stored_key_ = server_key_ = std::string(kHashSize, '\0');
    iterations_ = kIterations;
  }
}

Outcome<std::string> ScramServer::OnFirst(std::string_view mechanism, std::string_view message) {
  is_bound_ = mechanism == "SCRAM-SHA-256-PLUS";
  if (!is_bound_ && mechanism != "SCRAM-SHA-256")
    return SqlError{"08P01", "client selected an invalid SASL authentication mechanism"};
  if (is_bound_ && binding_.empty()) return Malformed();
  const size_t flag_end = message.find(',');
  const size_t header_end =
      flag_end == message.npos ? message.npos : message.find(',', flag_end + 1);
  if (header_end == message.npos) return Malformed();
  const std::string_view flag = message.substr(0, flag_end);
  // "y": the client could, and believes that we cannot. With TLS that is a lie that somebody told.
  const bool fits = is_bound_ ? flag == "p=tls-server-end-point"
                              : flag == "n" || (flag == "y" && binding_.empty());
  if (!fits) return SqlError{"08P01", "SCRAM channel binding negotiation error"};
  gs2_header_ = message.substr(0, header_end + 1);
  client_first_ = message.substr(header_end + 1);
  const std::string_view client_nonce = Attribute(client_first_, 'r');
  if (client_nonce.empty() || client_first_.starts_with("m=")) return Malformed();
  nonce_ = std::string(client_nonce) + Base64(Random(18));
  server_first_ = fmt::format("r={},s={},i={}", nonce_, Base64(salt_), iterations_);
  return server_first_;
}

Outcome<std::string> ScramServer::OnFinal(std::string_view message) {
  const SqlError refused =
      MakeSqlError("28P01", "password authentication failed for user \"{}\"", user_);
  const size_t proof_at = message.rfind(",p=");
  if (proof_at == message.npos) return Malformed();
  const std::string_view without_proof = message.substr(0, proof_at);
  const std::string proof = FromBase64(message.substr(proof_at + 3));
  if (Attribute(without_proof, 'r') != nonce_) return Malformed();
  if (Attribute(without_proof, 'c') != Base64(gs2_header_ + (is_bound_ ? binding_ : ""))) {
    return SqlError{"08P01", "SCRAM channel binding check failed"};
  }
  if (proof.size() != kHashSize) return Malformed();
  const std::string signed_text =
      client_first_ + "," + server_first_ + "," + std::string(without_proof);
  std::string client_key = HmacSha256(stored_key_, signed_text);
  for (size_t byte = 0; byte < kHashSize; ++byte)
    client_key[byte] = static_cast<char>(client_key[byte] ^ proof[byte]);
  const std::string stored = Sha256(client_key);
  const bool right = CRYPTO_memcmp(stored.data(), stored_key_.data(), kHashSize) == 0;
  if (!right || !is_known_) return refused;
  return "v=" + Base64(HmacSha256(server_key_, signed_text));
}

std::string MakeScramVerifier(std::string_view password) {
  const std::string salt = Random(16);
  std::string salted(kHashSize, '\0');
  PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                    reinterpret_cast<const unsigned char*>(salt.data()),
                    static_cast<int>(salt.size()), kIterations, EVP_sha256(),
                    static_cast<int>(kHashSize), reinterpret_cast<unsigned char*>(salted.data()));
  return fmt::format("SCRAM-SHA-256${}:{}${}:{}", kIterations, Base64(salt),
                     Base64(Sha256(HmacSha256(salted, "Client Key"))),
                     Base64(HmacSha256(salted, "Server Key")));
}

}  // namespace cadenza::pgwire
