#pragma once

#include <string>
#include <string_view>

#include "pgwire/sql_error.h"

namespace cadenza::pgwire {

/// The server's side of SCRAM-SHA-256 (RFC 5802, 7677), with tls-server-end-point where there is
/// TLS. One exchange; an unknown user goes through all of it and fails at its end.
class ScramServer {
 public:
  /// `verifier`: SCRAM-SHA-256$4096:salt$StoredKey:ServerKey; empty or anything else: nobody's.
  /// `binding`: the hash of the certificate; empty: no TLS.
  ScramServer(std::string_view verifier, std::string_view user, std::string binding);

  /// The answer to the client's first message, which names a mechanism.
  Outcome<std::string> OnFirst(std::string_view mechanism, std::string_view message);
  /// The server's signature, or 28P01.
  Outcome<std::string> OnFinal(std::string_view message);

 private:
  std::string salt_, stored_key_, server_key_, binding_, user_;
  int iterations_ = 4096;
  bool is_known_ = false;
  bool is_bound_ = false;
  std::string gs2_header_, client_first_, server_first_, nonce_;
};

/// A verifier of a password as PostgreSQL stores it.
std::string MakeScramVerifier(std::string_view password);

}  // namespace cadenza::pgwire
