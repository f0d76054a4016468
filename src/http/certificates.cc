#include "http/certificates.h"

#include <unistd.h>

#include <cstdlib>

namespace cadenza::http {
namespace {

constexpr const char* kPlaces[] = {
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Arch
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL
    "/etc/pki/tls/certs/ca-bundle.crt",                   // older RHEL
    "/etc/ssl/ca-bundle.pem",                             // SUSE
    "/etc/ssl/cert.pem",                                  // Alpine
};

}  // namespace

std::string CertificateBundle() {
  const char* named = std::getenv("SSL_CERT_FILE");
  if (named && *named) return named;
  for (const char* path : kPlaces) {
    if (::access(path, R_OK) == 0) return path;
  }
  return "";
}

}  // namespace cadenza::http
