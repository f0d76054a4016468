#include "http/server_certificate.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace cadenza::http {
namespace {

std::string LastReason() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return reason ? reason : "unknown reason";
}

Error CannotUse(const char* what, const std::string& file) {
  if (!std::ifstream(file)) {
    return MakeError(ErrorKind::kInput, "cannot read the {} ({}): {}", what, std::strerror(errno),
                     file);
  }
  const unsigned long code = ERR_peek_last_error();
  const bool is_no_pem = ERR_GET_LIB(code) == ERR_LIB_PEM || ERR_GET_REASON(code) == ERR_R_PEM_LIB;
  const std::string reason = LastReason();
  if (is_no_pem) {
    return MakeError(ErrorKind::kInput, "the {} is no PEM file (-----BEGIN …): {}", what, file);
  }
  return MakeError(ErrorKind::kInput, "cannot use the {} ({}): {}", what, reason, file);
}

}  // namespace

Status UseCertificate(const std::string& certificate, const std::string& key, SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    return CannotUse("certificate", certificate);
  }
  const X509* leaf = SSL_CTX_get0_certificate(context);
  if (X509_cmp_current_time(X509_get0_notAfter(leaf)) < 0) {
    return MakeError(ErrorKind::kInput, "the certificate has expired: {}", certificate);
  }
  if (X509_cmp_current_time(X509_get0_notBefore(leaf)) > 0) {
    return MakeError(ErrorKind::kInput, "the certificate is not valid yet: {}", certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return CannotUse("key", key);
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return MakeError(ErrorKind::kInput, "the key is not that of the certificate {}: {}",
                     certificate, key);
  }
  return {};
}

}  // namespace cadenza::http
