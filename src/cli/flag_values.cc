#include "cli/flag_values.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>

#include "base/nearest_name.h"
#include "engine/sql_text.h"

namespace cadenza::cli {
namespace {

constexpr int64_t kMinuteMs = 60'000;
constexpr int64_t kMsOfHour = 60 * kMinuteMs;
constexpr int64_t kMsOfDay = 24 * kMsOfHour;

bool ReadDigits(std::string_view text, size_t at, size_t count, int* number) {
  if (text.size() < at + count) return false;
  const char* end = text.data() + at + count;
  const auto [rest, error] = std::from_chars(text.data() + at, end, *number);
  return error == std::errc() && rest == end && *number >= 0;
}

}  // namespace

bool ReadNumber(const std::string& text, double* number) {
  char* rest = nullptr;
  *number = std::strtod(text.c_str(), &rest);
  return !text.empty() && *rest == '\0' && std::isfinite(*number) && *number >= 0;
}

Result<double> ParseShare(const std::string& flag, const std::string& text) {
  const bool percent = text.ends_with('%');
  double share = 0;
  if (ReadNumber(percent ? text.substr(0, text.size() - 1) : text, &share)) {
    if (percent) share /= 100;
    if (share <= 1) return share;
  }
  return MakeError(ErrorKind::kUsage, "{} takes a share such as 0.1% or 0.001, not: {}", flag,
                   text);
}

Result<int64_t> ParseSpan(const std::string& flag, const std::string& text) {
  double number = 0;
  const char unit = text.empty() ? ' ' : text.back();
  const int64_t unit_ms = unit == 's'   ? 1000
                          : unit == 'm' ? kMinuteMs
                          : unit == 'h' ? kMsOfHour
                          : unit == 'd' ? kMsOfDay
                                        : 0;
  if (unit_ms > 0 && ReadNumber(text.substr(0, text.size() - 1), &number) && number > 0 &&
      number < 1e6) {
    const auto span = static_cast<int64_t>(number * static_cast<double>(unit_ms));
    if (span > 0) return span;
  }
  return MakeError(ErrorKind::kUsage, "{} takes a time such as 30s, 5m, 2h or 1d, not: {}", flag,
                   text);
}

Result<int64_t> ParseMoment(const std::string& flag, const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0;
  const bool has_day = ReadDigits(text, 0, 4, &year) && ReadDigits(text, 5, 2, &month) &&
                       ReadDigits(text, 8, 2, &day) && text[4] == '-' && text[7] == '-';
  const bool has_time = text.size() == 16 && text[10] == 'T' && text[13] == ':' &&
                        ReadDigits(text, 11, 2, &hour) && ReadDigits(text, 14, 2, &minute);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (has_day && (text.size() == 10 || has_time) && date.ok() && year >= 1990 && year < 2100 &&
      hour < 24 && minute < 60) {
    const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    return days * kMsOfDay + hour * kMsOfHour + minute * kMinuteMs;
  }
  return MakeError(ErrorKind::kUsage,
                   "{} takes a time (UTC) such as 2018-11-01 or 2018-11-01T20:30, not: {}", flag,
                   text);
}

namespace {

std::string LastPart(const std::string& zone) { return zone.substr(zone.rfind('/') + 1); }

/// Of "Berlin" Europe/Berlin; of "Europe/Berln" too.
std::string NearestZone(engine::Engine* engine, const std::string& zone) {
  const Result<engine::RowSet> known =
      engine->Query("SELECT name FROM pg_timezone_names() ORDER BY name LIKE 'Etc/%', name");
  if (!known.ok()) return "";
  std::vector<std::string> names;
  for (size_t r = 0; r < known->rows.size(); ++r) names.push_back(known->Text(r));
  for (const std::string& name : names) {
    if (engine::Lower(LastPart(name)) == engine::Lower(LastPart(zone))) return name;
  }
  if (zone.find('/') != std::string::npos) return NearestName(zone, names);
  std::vector<std::string> cities;
  for (const std::string& name : names) cities.push_back(LastPart(name));
  const auto city = std::ranges::find(cities, NearestName(zone, cities));
  return city == cities.end() ? "" : names[static_cast<size_t>(city - cities.begin())];
}

}  // namespace

Status CheckZone(engine::Engine* engine, const std::string& flag, const std::string& zone) {
  const Result<engine::RowSet> known = engine->Query(fmt::format(
      "SELECT TIMESTAMP '2000-01-01 00:00:00' AT TIME ZONE {}", engine::QuoteText(zone)));
  if (known.ok() || known.error().kind == ErrorKind::kInterrupted) return {};
  return MakeError(ErrorKind::kUsage, "{}: no such time zone: {}{}", flag, zone,
                   DidYouMean(NearestZone(engine, zone)));
}

}  // namespace cadenza::cli
