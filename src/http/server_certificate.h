#pragma once

#include <openssl/types.h>

#include <string>

#include "base/result.h"

namespace cadenza::http {

/// Makes a TLS server of a context: TLS 1.2 or later, the certificate with its chain, the key.
/// kInput with the file for one that cannot be read, has expired or is not valid yet, or a key that
/// is another certificate's.
Status UseCertificate(const std::string& certificate, const std::string& key, SSL_CTX* context);

}  // namespace cadenza::http
