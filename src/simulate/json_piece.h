#pragma once

#include <string>
#include <string_view>

namespace cadenza::simulate {

/// UTF-8 as a JSON string with its quotes, as the real logs have it: ASCII only, slashes escaped.
std::string Quoted(std::string_view utf8);
/// The UTF-8 bytes taken for Latin-1 and encoded again: what many real names went through.
std::string EncodedTwice(std::string_view utf8);
/// A number with at most five decimals, with a fraction always: 246.30812, 200.0.
std::string DecimalText(double value);

}  // namespace cadenza::simulate
