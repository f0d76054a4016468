#pragma once

#include <string>
#include <string_view>

namespace cadenza::churn {

/// SHA-256 in hexadecimal digits, lower case.
std::string HexDigest(std::string_view bytes);

}  // namespace cadenza::churn
