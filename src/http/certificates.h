#pragma once

#include <string>

namespace cadenza::http {

/// The file of certificates that https is checked against: of SSL_CERT_FILE, else the system's, at
/// the first of the places where distributions keep it: the program may run on another than the one
/// that it was built on, whose place libcurl knows. Empty when there is none.
std::string CertificateBundle();

}  // namespace cadenza::http
