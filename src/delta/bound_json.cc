#include "delta/bound_json.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>

#include "delta/json_text.h"

namespace cadenza::delta {
namespace {

using Bound = std::optional<std::string>;

template <class Number>
std::optional<Number> ParseWhole(std::string_view text) {
  Number number = {};
  const auto [end, failure] = std::from_chars(text.begin(), text.end(), number);
  if (failure != std::errc() || end != text.end()) return std::nullopt;
  return number;
}

Bound IntegerBound(std::string_view text) {
  const auto number = ParseWhole<int64_t>(text);
  return number ? Bound(std::to_string(*number)) : std::nullopt;
}

Bound FloatBound(std::string_view text) {
  const auto number = ParseWhole<double>(text);
  if (!number || !std::isfinite(*number)) return std::nullopt;
  return Json(*number).dump();
}

/// Digits stay as they are: a double would round them.
Bound DecimalBound(std::string_view text) {
  std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  const size_t point = digits.find('.');
  const std::string_view whole = digits.substr(0, point);
  const std::string_view fraction =
      point == digits.npos ? std::string_view("0") : digits.substr(point + 1);
  for (const std::string_view part : {whole, fraction}) {
    if (part.empty() || part.find_first_not_of("0123456789") != part.npos) return std::nullopt;
  }
  if (whole.size() > 1 && whole.front() == '0') return std::nullopt;
  return std::string(text);
}

/// Takes `digits` digits off the text, and then the mark that must follow ('\0' = none).
std::optional<int> TakeDigits(std::string_view* text, size_t digits, char mark = '\0') {
  const size_t length = digits + (mark == '\0' ? 0 : 1);
  if (text->size() < length) return std::nullopt;
  const std::string_view taken = text->substr(0, digits);
  if (taken.find_first_not_of("0123456789") != taken.npos) return std::nullopt;
  if (mark != '\0' && (*text)[digits] != mark) return std::nullopt;
  text->remove_prefix(length);
  return ParseWhole<int>(taken);
}

std::optional<std::chrono::sys_days> TakeDate(std::string_view* text) {
  const auto year = TakeDigits(text, 4, '-');
  const auto month = year ? TakeDigits(text, 2, '-') : std::nullopt;
  const auto day = month ? TakeDigits(text, 2) : std::nullopt;
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

/// "hh:mm:ss" with up to nine digits of a second, rounded to milliseconds towards the side.
std::optional<std::chrono::milliseconds> TakeTime(std::string_view* text, Side side) {
  const auto hour = TakeDigits(text, 2, ':');
  const auto minute = hour ? TakeDigits(text, 2, ':') : std::nullopt;
  const auto second = minute ? TakeDigits(text, 2) : std::nullopt;
  if (!second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  int64_t ms = ((*hour * 60 + *minute) * 60 + *second) * int64_t{1000};
  if (!text->starts_with('.')) return std::chrono::milliseconds(ms);
  text->remove_prefix(1);
  const std::string_view fraction = text->substr(0, text->find_first_not_of("0123456789"));
  if (fraction.empty() || fraction.size() > 9) return std::nullopt;
  text->remove_prefix(fraction.size());
  std::string digits(fraction);
  digits.resize(9, '0');
  const int nanoseconds = ParseWhole<int>(digits).value_or(0);
  ms += nanoseconds / 1'000'000;
  if (side == Side::kMax && nanoseconds % 1'000'000 != 0) ++ms;
  return std::chrono::milliseconds(ms);
}

Bound DateBound(std::string_view text) {
  std::string_view rest = text;
  if (!TakeDate(&rest) || !rest.empty()) return std::nullopt;  // e.g. "0044-03-15 (BC)"
  return Quote(text);
}

Bound TimestampBound(std::string_view text, Side side) {
  const auto day = TakeDate(&text);
  if (!day || (!text.starts_with(' ') && !text.starts_with('T'))) return std::nullopt;
  text.remove_prefix(1);
  const auto time = TakeTime(&text, side);
  const bool utc = text.empty() || text == "Z" || text == "+00" || text == "+00:00";
  if (!time || !utc) return std::nullopt;
  const std::chrono::sys_time<std::chrono::milliseconds> moment = *day + *time;
  const auto date = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day civil(date);
  const std::chrono::hh_mm_ss clock(moment - date);
  const int year = static_cast<int>(civil.year());
  if (year > 9999) return std::nullopt;  // rounded up beyond what four digits can say
  return fmt::format(R"("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z")", year,
                     static_cast<unsigned>(civil.month()), static_cast<unsigned>(civil.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

/// The bytes of the code point at the front, 0 when it is not UTF-8.
size_t CodePointLength(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return 1;
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (size_t at = 1; at < length; ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80) return 0;
  }
  const auto second = static_cast<unsigned char>(text[1]);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second > 0x9F;
  const bool beyond = first == 0xF4 && second > 0x8F;
  return overlong || surrogate || beyond ? 0 : length;
}

Bound StringBound(std::string_view text, Side side) {
  constexpr int kCodePointsMax = 32;
  constexpr std::string_view kHighest = "\U0010FFFF";
  size_t cut = 0;
  int count = 0;
  for (size_t at = 0; at < text.size(); ++count) {
    const size_t length = CodePointLength(text.substr(at));
    if (length == 0) return std::nullopt;
    // The tie-breaker must stand above what it replaces, so the highest code point is never cut.
    const bool keep = side == Side::kMax && cut == at && text.substr(at, length) == kHighest;
    at += length;
    if (count < kCodePointsMax || keep) cut = at;
  }
  std::string bound(text.substr(0, cut));
  if (cut < text.size() && side == Side::kMax) bound += kHighest;
  return Quote(bound);
}

}  // namespace

std::optional<std::string> BoundJson(std::string_view type, std::string_view text, Side side) {
  if (type == "long" || type == "integer" || type == "short" || type == "byte") {
    return IntegerBound(text);
  }
  if (type == "double" || type == "float") return FloatBound(text);
  if (type.starts_with("decimal(")) return DecimalBound(text);
  if (type == "date") return DateBound(text);
  if (type == "timestamp") return TimestampBound(text, side);
  if (type == "string") return StringBound(text, side);
  return std::nullopt;
}

}  // namespace cadenza::delta
