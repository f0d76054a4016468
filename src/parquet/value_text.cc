#include "parquet/value_text.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <string_view>

namespace cadenza::parquet {

namespace {

constexpr int64_t kMicrosecondsPerSecond = 1'000'000;
constexpr int64_t kMicrosecondsPerDay = 86'400 * kMicrosecondsPerSecond;

struct CivilDate {
  int64_t year;
  int64_t month;
  int64_t day;
};

int64_t FloorDivide(int64_t value, int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

// Not std::chrono::year_month_day: its years end at 32767, a 32-bit day reaches 5.8 million.
// Years are counted from March, so that the leap day is a year's last, in eras of 400 years.
CivilDate CivilFromDays(int64_t days) {
  constexpr int64_t kDaysFromMarchOfYear0 = 719'468;
  constexpr int64_t kDaysPerEra = 146'097;
  const int64_t shifted = days + kDaysFromMarchOfYear0;
  const int64_t era = FloorDivide(shifted, kDaysPerEra);
  const int64_t day_of_era = shifted - era * kDaysPerEra;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t march_month = (5 * day_of_year + 2) / 153;
  const int64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
  return {.year = year_of_era + era * 400 + (month <= 2 ? 1 : 0),
          .month = month,
          .day = day_of_year - (153 * march_month + 2) / 5 + 1};
}

struct DateParts {
  std::string date;
  std::string_view era;
};

DateParts Format(int64_t days) {
  const CivilDate civil = CivilFromDays(days);
  const bool before_christ = civil.year <= 0;
  return {.date = fmt::format("{:04}-{:02}-{:02}", before_christ ? 1 - civil.year : civil.year,
                              civil.month, civil.day),
          .era = before_christ ? " (BC)" : ""};
}

}  // namespace

std::string DoubleText(double value) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end.ptr};
}

std::string DateText(int64_t days) {
  const DateParts parts = Format(days);
  return parts.date + std::string(parts.era);
}

std::string TimestampText(int64_t microseconds) {
  const int64_t days = FloorDivide(microseconds, kMicrosecondsPerDay);
  // Not `microseconds - days * day`: for the smallest timestamps that product overflows.
  const int64_t rest =
      (microseconds % kMicrosecondsPerDay + kMicrosecondsPerDay) % kMicrosecondsPerDay;
  const int64_t seconds = rest / kMicrosecondsPerSecond;
  const DateParts parts = Format(days);
  return fmt::format("{}{} {:02}:{:02}:{:02}.{:06}+00", parts.date, parts.era, seconds / 3'600,
                     seconds / 60 % 60, seconds % 60, rest % kMicrosecondsPerSecond);
}

}  // namespace cadenza::parquet
