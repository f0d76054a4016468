#include "cli/simulate_options.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>

namespace cadenza::cli {
namespace {

/// All of the text as a number that is neither negative nor infinite.
bool ReadNumber(const std::string& text, double* number) {
  char* rest = nullptr;
  *number = std::strtod(text.c_str(), &rest);
  return !text.empty() && *rest == '\0' && std::isfinite(*number) && *number >= 0;
}

bool ReadDigits(std::string_view text, size_t at, size_t count, int* number) {
  if (text.size() < at + count) return false;
  const char* end = text.data() + at + count;
  const auto [rest, error] = std::from_chars(text.data() + at, end, *number);
  return error == std::errc() && rest == end && *number >= 0;
}

}  // namespace

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
                          : unit == 'm' ? 60'000
                          : unit == 'h' ? simulate::kHourMs
                          : unit == 'd' ? simulate::kDayMs
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
    return days * simulate::kDayMs + hour * simulate::kHourMs + int64_t{minute} * 60'000;
  }
  return MakeError(ErrorKind::kUsage,
                   "{} takes a time (UTC) such as 2018-11-01 or 2018-11-01T20:30, not: {}", flag,
                   text);
}

Result<simulate::Incident> ParseIncident(const std::string& text) {
  const size_t at = text.find('@');
  const size_t slash = text.find('/');
  const size_t star = text.find('*');
  simulate::Incident incident;
  incident.kind = text.substr(0, at);
  const bool surge = incident.kind == "surge" && star != std::string::npos;
  const bool outage = incident.kind == "outage" && star == std::string::npos;
  incident.factor = 0;
  if ((surge || outage) && at < slash && slash < star &&
      (outage || (ReadNumber(text.substr(star + 1), &incident.factor) && incident.factor > 0))) {
    CADENZA_ASSIGN(incident.start_ms,
                   ParseMoment("--incident", text.substr(at + 1, slash - at - 1)));
    CADENZA_ASSIGN(const int64_t span,
                   ParseSpan("--incident", text.substr(slash + 1, star - slash - 1)));
    incident.end_ms = incident.start_ms + span;
    return incident;
  }
  return MakeError(ErrorKind::kUsage,
                   "--incident takes surge@2018-11-10T20:00/2h*5 or outage@2018-11-10T20:00/30m, "
                   "not: {}",
                   text);
}

Result<simulate::Experiment> ParseExperiment(const std::string& text) {
  const size_t star = text.find('*');
  const std::string on = text.substr(0, star);
  simulate::Experiment experiment;
  if (on == "adverts") experiment.on = simulate::Experiment::On::kAdverts;
  if (on == "discovery") experiment.on = simulate::Experiment::On::kDiscovery;
  if (experiment.on != simulate::Experiment::On::kNothing && star != std::string::npos &&
      ReadNumber(text.substr(star + 1), &experiment.factor)) {
    return experiment;
  }
  return MakeError(ErrorKind::kUsage, "--experiment takes adverts*0.5 or discovery*2, not: {}",
                   text);
}

}  // namespace cadenza::cli
