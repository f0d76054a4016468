#pragma once

#include <string>

namespace cadenza::s3 {

/// The file of certificates that https is checked against: of AWS_CA_BUNDLE, else of SSL_CERT_FILE,
/// else the system's, at the first of the places where distributions keep it: the program may run
/// on another than the one that it was built on. Empty when there is none.
std::string CertificateBundle();

/// What a message adds when certificates could not be checked: which file it was, or what to do.
std::string CertificateHint();

}  // namespace cadenza::s3
