#include "storage/s3/certificates.h"

#include <fmt/format.h>
#include <unistd.h>

#include "storage/s3/credentials.h"

namespace cadenza::s3 {
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
  for (const char* name : {"AWS_CA_BUNDLE", "SSL_CERT_FILE"}) {
    if (const auto path = Variable(name)) return *path;
  }
  for (const char* path : kPlaces) {
    if (::access(path, R_OK) == 0) return path;
  }
  return "";
}

std::string CertificateHint() {
  const std::string bundle = CertificateBundle();
  if (bundle.empty()) {
    return "this machine has no certificates: install ca-certificates, or name a file of them in "
           "AWS_CA_BUNDLE";
  }
  return fmt::format("checked against {}; AWS_CA_BUNDLE names another file", bundle);
}

}  // namespace cadenza::s3
