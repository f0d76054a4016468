#include "pgwire/value_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>

namespace cadenza::pgwire {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

/// The shortest digits that say the value; a power of ten from 10^digits_max on, and below 10^-4.
template <class Float>
void AppendFloat(Float value, int digits_max, std::string* out) {
  if (std::isnan(value)) return void(out->append("NaN"));
  if (std::isinf(value)) return void(out->append(value > 0 ? "Infinity" : "-Infinity"));
  char text[64];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  const char* const e = std::find(text, static_cast<char*>(end), 'e');
  int exponent = 0;
  std::from_chars(e[1] == '+' ? e + 2 : e + 1, end, exponent);
  if (exponent < -4 || exponent >= digits_max) {
    out->append(text, end);
    return;
  }
  const auto fixed = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed).ptr;
  out->append(text, fixed);
}

struct Day {
  int64_t year;
  unsigned month, day;
};

/// The proleptic Gregorian calendar, in eras of 400 years.
Day DayOf(int64_t days) {
  days += 719'468;
  const int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const auto of_era = static_cast<unsigned>(days - era * 146'097);
  const unsigned year = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  const unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
  const unsigned shifted = (5 * of_year + 2) / 153;
  const unsigned month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {static_cast<int64_t>(year) + era * 400 + (month <= 2 ? 1 : 0), month,
          of_year - (153 * shifted + 2) / 5 + 1};
}

void AppendTwo(unsigned value, std::string* out) {
  out->push_back(static_cast<char>('0' + value / 10));
  out->push_back(static_cast<char>('0' + value % 10));
}

void AppendYearMonthDay(const Day& day, std::string* out) {
  const int64_t year = day.year > 0 ? day.year : 1 - day.year;
  if (year < 10'000) {
    AppendTwo(static_cast<unsigned>(year / 100), out);
    AppendTwo(static_cast<unsigned>(year % 100), out);
  } else {
    out->append(std::to_string(year));
  }
  out->push_back('-');
  AppendTwo(day.month, out);
  out->push_back('-');
  AppendTwo(day.day, out);
}

/// .5 of 500,000; nothing of 0.
void AppendFraction(int64_t micros, std::string* out) {
  if (micros == 0) return;
  char digits[16];
  char* last = fmt::format_to(digits, ".{:06}", micros);
  while (last[-1] == '0') --last;
  out->append(digits, static_cast<size_t>(last - digits));
}

}  // namespace

void AppendFloat8(double value, std::string* out) { AppendFloat(value, 15, out); }
void AppendFloat4(float value, std::string* out) { AppendFloat(value, 6, out); }

void AppendNumeric(__int128 value, int scale, std::string* out) {
  const bool negative = value < 0;
  auto rest =
      negative ? -static_cast<unsigned __int128>(value) : static_cast<unsigned __int128>(value);
  char text[48];
  char* first = std::end(text);
  for (int digit = 0; rest != 0 || digit <= scale; ++digit) {
    if (digit == scale && scale > 0) *--first = '.';
    *--first = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  if (negative) out->push_back('-');
  out->append(first, std::end(text));
}

void AppendDate(int32_t days, std::string* out) {
  if (days == std::numeric_limits<int32_t>::max()) return void(out->append("infinity"));
  if (days == -std::numeric_limits<int32_t>::max()) return void(out->append("-infinity"));
  const Day day = DayOf(days);
  AppendYearMonthDay(day, out);
  if (day.year <= 0) out->append(" BC");
}

void AppendTime(int64_t micros, std::string* out) {
  const int64_t seconds = micros / kMicrosPerSecond;
  AppendTwo(static_cast<unsigned>(seconds / 3600), out);
  out->push_back(':');
  AppendTwo(static_cast<unsigned>(seconds / 60 % 60), out);
  out->push_back(':');
  AppendTwo(static_cast<unsigned>(seconds % 60), out);
  AppendFraction(micros % kMicrosPerSecond, out);
}

void AppendTimestamp(int64_t micros, bool with_zone, std::string* out) {
  if (micros == std::numeric_limits<int64_t>::max()) return void(out->append("infinity"));
  if (micros == -std::numeric_limits<int64_t>::max()) return void(out->append("-infinity"));
  int64_t days = micros / kMicrosPerDay;
  int64_t of_day = micros % kMicrosPerDay;
  if (of_day < 0) {
    of_day += kMicrosPerDay;
    --days;
  }
  const Day day = DayOf(days);
  AppendYearMonthDay(day, out);
  out->push_back(' ');
  AppendTime(of_day, out);
  if (with_zone) out->append("+00");
  if (day.year <= 0) out->append(" BC");
}

void AppendInterval(int32_t months, int32_t days, int64_t micros, std::string* out) {
  const size_t before = out->size();
  bool negative_before = false;
  const auto part = [&](int64_t count, const char* unit) {
    if (count == 0) return;
    const bool plus = negative_before && count > 0;
    fmt::format_to(std::back_inserter(*out), "{}{}{} {}{}", out->size() > before ? " " : "",
                   plus ? "+" : "", count, unit, count == 1 ? "" : "s");
    negative_before = count < 0;
  };
  part(months / 12, "year");
  part(months % 12, "mon");
  part(days, "day");
  if (micros == 0 && out->size() > before) return;
  if (out->size() > before) out->push_back(' ');
  if (micros < 0)
    out->push_back('-');
  else if (negative_before)
    out->push_back('+');
  const auto size = micros < 0 ? -static_cast<uint64_t>(micros) : static_cast<uint64_t>(micros);
  const uint64_t seconds = size / kMicrosPerSecond;
  fmt::format_to(std::back_inserter(*out), "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60,
                 seconds % 60);
  AppendFraction(static_cast<int64_t>(size % kMicrosPerSecond), out);
}

void AppendBytea(std::string_view bytes, std::string* out) {
  constexpr char kDigits[] = "0123456789abcdef";
  out->append("\\x");
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    out->push_back(kDigits[byte >> 4]);
    out->push_back(kDigits[byte & 15]);
  }
}

void AppendUuid(unsigned __int128 engine_value, std::string* out) {
  const auto value = engine_value ^ (static_cast<unsigned __int128>(1) << 127);
  const std::string digits = fmt::format("{:016x}{:016x}", static_cast<uint64_t>(value >> 64),
                                         static_cast<uint64_t>(value));
  fmt::format_to(std::back_inserter(*out), "{}-{}-{}-{}-{}", digits.substr(0, 8),
                 digits.substr(8, 4), digits.substr(12, 4), digits.substr(16, 4),
                 digits.substr(20));
}

void AppendArrayElement(std::string_view text, std::string* out) {
  const bool is_null = text.size() == 4 && (text[0] | 32) == 'n' && (text[1] | 32) == 'u' &&
                       (text[2] | 32) == 'l' && (text[3] | 32) == 'l';
  if (!text.empty() && !is_null && text.find_first_of("{}\",\\ \t\n\r\v\f") == text.npos) {
    out->append(text);
    return;
  }
  out->push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') out->push_back('\\');
    out->push_back(c);
  }
  out->push_back('"');
}

}  // namespace cadenza::pgwire
