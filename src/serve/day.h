#pragma once

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cadenza::serve {

/// A UTC day as its number, 0 = 1970-01-01.
using Day = int32_t;

struct DaySpan {
  Day first = 0, last = 0;  ///< inclusive
};

inline std::string DayText(Day day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

/// Of "2025-07-01"; nothing for any other text and for days that no calendar has.
inline std::optional<Day> ParseDay(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [&](size_t at, size_t size) {
    int value = -1;
    const char* const end = text.data() + at + size;
    const auto [rest, error] = std::from_chars(text.data() + at, end, value);
    return error == std::errc() && rest == end ? value : -1;
  };
  const int year = number(0, 4), month = number(5, 2), day = number(8, 2);
  if (year < 1 || month < 1 || day < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return static_cast<Day>(std::chrono::sys_days{date}.time_since_epoch().count());
}

/// The first day of the ISO week or of the month, and of the next one.
inline Day WeekStart(Day day) {
  const int since_monday = ((day + 3) % 7 + 7) % 7;  // 1970-01-01 was a Thursday
  return day - since_monday;
}
inline Day MonthStart(Day day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  return day - static_cast<Day>(static_cast<unsigned>(date.day())) + 1;
}
inline Day NextMonth(Day month_start) { return MonthStart(month_start + 31); }

}  // namespace cadenza::serve
