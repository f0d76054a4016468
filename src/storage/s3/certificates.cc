#include "storage/s3/certificates.h"

#include <fmt/format.h>

#include "http/certificates.h"
#include "storage/s3/credentials.h"

namespace cadenza::s3 {

std::string CertificateBundle() {
  if (const auto path = Variable("AWS_CA_BUNDLE")) return *path;
  return http::CertificateBundle();
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
