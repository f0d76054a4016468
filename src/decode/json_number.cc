#include "decode/json_number.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

namespace cadenza::decode {
namespace {

constexpr int32_t kExponentLimit = 100000;  // far outside of double and int64; keeps sums in int32

/// Appends a run of digits to the mantissa, and returns where it ends.
const char* TakeDigits(const char* at, const char* end, JsonNumber* number) {
  constexpr uint64_t kSafe = (std::numeric_limits<uint64_t>::max() - 9) / 10;
  for (; at != end && IsDigit(*at); ++at) {
    if (number->mantissa > kSafe) {
      number->exact = false;
    } else {
      number->mantissa = number->mantissa * 10 + static_cast<uint64_t>(*at - '0');
    }
  }
  return at;
}

/// Reads "e+12"; nullptr if no digit follows.
const char* TakeExponent(const char* at, const char* end, JsonNumber* number) {
  ++at;
  bool negative = false;
  if (at != end && (*at == '+' || *at == '-')) negative = *at++ == '-';
  if (at == end || !IsDigit(*at)) return nullptr;
  int32_t exponent = 0;
  for (; at != end && IsDigit(*at); ++at) {
    if (exponent < kExponentLimit) exponent = exponent * 10 + (*at - '0');
  }
  number->exponent += negative ? -exponent : exponent;
  return at;
}

/// Reads ".250" without its trailing zeros, so that 1540919166796.000 stays exact.
const char* TakeFraction(const char* at, const char* end, JsonNumber* number) {
  const char* first = ++at;
  while (at != end && IsDigit(*at)) ++at;
  if (at == first) return nullptr;
  const char* last = at;
  while (last != first && last[-1] == '0') --last;
  TakeDigits(first, last, number);
  if (last - first > kExponentLimit) {
    number->exact = false;
  } else {
    number->exponent = -static_cast<int32_t>(last - first);
  }
  return at;
}

constexpr std::array<double, 23> kPowersOfTen = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

}  // namespace

bool ParseNumber(std::string_view text, JsonNumber* number) {
  *number = JsonNumber();
  number->text = text;
  const char* at = text.data();
  const char* end = at + text.size();
  if (at != end && *at == '-') {
    number->negative = true;
    ++at;
  }
  if (at == end || !IsDigit(*at)) return false;
  at = *at == '0' ? at + 1 : TakeDigits(at, end, number);
  number->whole_text = at == end;
  if (number->whole_text) return true;
  if (*at == '.') at = TakeFraction(at, end, number);
  if (at != nullptr && at != end && (*at == 'e' || *at == 'E')) {
    at = TakeExponent(at, end, number);
  }
  return at == end;
}

std::optional<int64_t> ToInt64(const JsonNumber& number) {
  if (!number.exact) return std::nullopt;
  uint64_t magnitude = number.mantissa;
  if (magnitude == 0) return 0;
  for (int32_t exponent = number.exponent; exponent > 0; --exponent) {
    if (__builtin_mul_overflow(magnitude, uint64_t{10}, &magnitude)) return std::nullopt;
  }
  for (int32_t exponent = number.exponent; exponent < 0; ++exponent) {
    if (magnitude % 10 != 0) return std::nullopt;
    magnitude /= 10;
  }
  constexpr auto kMax = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (magnitude > kMax + (number.negative ? 1 : 0)) return std::nullopt;
  return number.negative ? static_cast<int64_t>(~magnitude + 1) : static_cast<int64_t>(magnitude);
}

std::optional<double> ToDouble(const JsonNumber& number) {
  // Both operands are exact below 2^53 and 10^23, so that the quotient is rounded only once.
  if (number.exact && number.mantissa <= (uint64_t{1} << 53) && number.exponent >= -22 &&
      number.exponent <= 22) {
    const auto mantissa = static_cast<double>(number.mantissa);
    const double magnitude = number.exponent < 0
                                 ? mantissa / kPowersOfTen[static_cast<size_t>(-number.exponent)]
                                 : mantissa * kPowersOfTen[static_cast<size_t>(number.exponent)];
    return number.negative ? -magnitude : magnitude;
  }
  double value = 0;
  const auto parsed =
      std::from_chars(number.text.data(), number.text.data() + number.text.size(), value);
  if (parsed.ec == std::errc()) return value;
  // from_chars reports both ends of the range alike; strtod tells them apart.
  if (std::isinf(std::strtod(std::string(number.text).c_str(), nullptr))) return std::nullopt;
  return number.negative ? -0.0 : 0.0;
}

}  // namespace cadenza::decode
