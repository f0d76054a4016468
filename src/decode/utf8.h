#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cadenza::decode {

/// What some writers put before the first character of a file.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsUtf8(std::string_view text);

/// Bytes of the character at the front; 0 if there is none or it is not valid.
size_t Utf8Length(std::string_view text);

/// Every byte that is no part of a character becomes U+FFFD.
std::string ReplaceInvalidUtf8(std::string_view text);

/// The longest prefix of at most size_max bytes that does not cut a character of valid text.
std::string_view CutUtf8(std::string_view text, size_t size_max);

}  // namespace cadenza::decode
