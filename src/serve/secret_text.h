#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"

namespace cadenza::serve {

/// From the system's generator.
Result<std::string> RandomBytes(size_t count);
std::string ToBase64(std::string_view bytes);
/// Nothing for a text that is no base64 with its padding.
std::optional<std::string> FromBase64(std::string_view text);
/// base64 for addresses and cookies (RFC 4648, 5), without padding.
std::string ToUrlText(std::string_view bytes);
std::optional<std::string> FromUrlText(std::string_view text);

}  // namespace cadenza::serve
