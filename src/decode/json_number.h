#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cadenza::decode {

/// A number of JSON, taken apart: (-1)^negative * mantissa * 10^exponent.
struct JsonNumber {
  std::string_view text;
  uint64_t mantissa = 0;
  int32_t exponent = 0;
  bool negative = false;
  bool whole_text = false;  ///< digits only: neither fraction nor exponent
  bool exact = true;        ///< false: more digits than the mantissa holds
};

inline bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

/// False if the text is not a number by JSON's grammar (no leading zeros, no "1.", no "NaN").
bool ParseNumber(std::string_view text, JsonNumber* number);

/// The value if it is integral and fits: 39, 39.0 and 3.9e1 are all 39.
std::optional<int64_t> ToInt64(const JsonNumber& number);

/// The nearest double; nullopt if that is infinite.
std::optional<double> ToDouble(const JsonNumber& number);

}  // namespace cadenza::decode
