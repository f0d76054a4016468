#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace cadenza::serve {

/// What a server keeps of a password (RFC 5802, RFC 7677), in the form in which PostgreSQL keeps
/// it:
///   SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>      the last three in base64
/// Whoever steals it cannot log in with it.
struct ScramVerifier {
  int iterations = 0;
  std::string salt;        ///< bytes
  std::string stored_key;  ///< 32 bytes
  std::string server_key;  ///< 32 bytes

  bool operator==(const ScramVerifier&) const = default;
};

/// With a new salt.
Result<ScramVerifier> MakeVerifier(std::string_view password);
ScramVerifier VerifierOf(std::string_view password, std::string salt, int iterations);
/// kInput when it is none; the message does not repeat the text.
Result<ScramVerifier> ParseVerifier(std::string_view text);
std::string VerifierText(const ScramVerifier& verifier);

/// Takes as long for a wrong password as for the right one.
bool IsPassword(const ScramVerifier& verifier, std::string_view password);

/// The exchange of SASL: proof = ClientKey XOR HMAC(StoredKey, auth_message). True when the client
/// knows the password.
bool ProvesPassword(const ScramVerifier& verifier, std::string_view auth_message,
                    std::string_view proof);
/// What the server answers, to prove that it knows the verifier.
std::string ServerSignature(const ScramVerifier& verifier, std::string_view auth_message);

}  // namespace cadenza::serve
