#pragma once

#include <string>

namespace cadenza::s3 {

/// The file of certificates that stores are checked against: of AWS_CA_BUNDLE, else what all https
/// of the program is checked against (http/certificates.h). Empty when there is none.
std::string CertificateBundle();

/// What a message adds when certificates could not be checked: which file it was, or what to do.
std::string CertificateHint();

}  // namespace cadenza::s3
