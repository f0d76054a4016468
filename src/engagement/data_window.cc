#include "engagement/data_window.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <span>

#include "base/clock.h"
#include "base/utc_time.h"

namespace cadenza::engagement {
namespace {

using engine::QuoteText;

constexpr int kGapMonths = 2;
constexpr int64_t kShareOfStrays = 100;
constexpr int64_t kDayMs = 86'400'000;

int MonthOf(const DayCount& day) {
  return std::atoi(day.day.substr(0, 4).c_str()) * 12 + std::atoi(day.day.substr(5, 2).c_str()) - 1;
}

std::string FirstDayOf(int month) {
  return fmt::format("{:04}-{:02}-01", month / 12, month % 12 + 1);
}

std::string LastDayOf(int month) {
  const std::chrono::year_month_day_last last{
      std::chrono::year{month / 12} /
      std::chrono::month_day_last{std::chrono::month{static_cast<unsigned>(month % 12 + 1)}}};
  return fmt::format("{:04}-{:02}-{:02}", month / 12, month % 12 + 1,
                     static_cast<unsigned>(last.day()));
}

int64_t SessionsOf(std::span<const DayCount> days) {
  int64_t sessions = 0;
  for (const DayCount& day : days) sessions += day.sessions;
  return sessions;
}

/// So few that they may be a mistake, and less than the rest.
bool MayBeStray(int64_t sessions, int64_t all) {
  return sessions <= std::max<int64_t>(1, all / kShareOfStrays) && sessions < all - sessions;
}

/// How many days at the end stand alone.
size_t StraysAtEnd(const std::vector<DayCount>& days) {
  const int64_t all = SessionsOf(days);
  size_t strays = 0;
  for (size_t d = days.size(); d-- > 1;) {
    if (MonthOf(days[d]) - MonthOf(days[d - 1]) <= kGapMonths) continue;
    const size_t behind = days.size() - d;
    if (!MayBeStray(SessionsOf(std::span(days).last(behind)), all)) break;
    strays = behind;
  }
  return strays;
}

size_t StraysAtBeginning(const std::vector<DayCount>& days) {
  const int64_t all = SessionsOf(days);
  size_t strays = 0;
  for (size_t d = 1; d < days.size(); ++d) {
    if (MonthOf(days[d]) - MonthOf(days[d - 1]) <= kGapMonths) continue;
    if (!MayBeStray(SessionsOf(std::span(days).first(d)), all)) break;
    strays = d;
  }
  return strays;
}

std::string Tomorrow() { return UtcText(NowMs() + kDayMs, "%Y-%m-%d"); }

Result<std::vector<DayCount>> DaysOf(engine::Engine* engine, const std::string& query) {
  CADENZA_ASSIGN(const engine::RowSet rows, engine->Query(query));
  std::vector<DayCount> days;
  for (size_t r = 0; r < rows.rows.size(); ++r)
    days.push_back({rows.Text(r, 0), rows.Number(r, 1)});
  return days;
}

/// The ends of each customer's sessions: a stray is one of them.
Result<bool> HasOddEnds(engine::Engine* engine) {
  CADENZA_ASSIGN(
      std::vector<DayCount> ends,
      DaysOf(
          engine,
          "SELECT CAST(day AS VARCHAR), count(*) FROM (SELECT CAST(utc_clock(first_time) AS DATE) "
          "AS day FROM customer_sessions UNION ALL SELECT CAST(utc_clock(last_time) AS DATE) FROM "
          "customer_sessions) AS ends WHERE day IS NOT NULL GROUP BY day ORDER BY day"));
  if (ends.empty()) return false;
  // One session alone may be both ends of a customer.
  for (DayCount& end : ends) end.sessions = (end.sessions + 1) / 2;
  return !WithoutStrays(std::move(ends), Tomorrow()).strays.empty();
}

}  // namespace

SoundDays WithoutStrays(std::vector<DayCount> days, const std::string& tomorrow) {
  SoundDays sound;
  const auto future =
      std::ranges::find_if(days, [&](const DayCount& day) { return day.day > tomorrow; });
  std::vector<DayCount> behind;
  if (future != days.begin()) {
    behind.assign(future, days.end());
    days.erase(future, days.end());
  }
  const size_t at_end = StraysAtEnd(days);
  behind.insert(behind.begin(), days.end() - static_cast<std::ptrdiff_t>(at_end), days.end());
  days.resize(days.size() - at_end);
  const auto before = static_cast<std::ptrdiff_t>(StraysAtBeginning(days));
  sound.strays.assign(days.begin(), days.begin() + before);
  days.erase(days.begin(), days.begin() + before);
  sound.strays.insert(sound.strays.end(), behind.begin(), behind.end());
  sound.days = std::move(days);
  return sound;
}

DayRange LastTwoMonths(const std::vector<DayCount>& days) {
  const int last = MonthOf(days.back());
  return {FirstDayOf(std::max(MonthOf(days.front()), last - 1)), LastDayOf(last)};
}

Result<SoundDays> ReadSoundDays(engine::Engine* engine) {
  CADENZA_ASSIGN(
      std::vector<DayCount> days,
      DaysOf(engine,
             "SELECT CAST(session_date AS VARCHAR), count(*) FROM engagement_sessions WHERE "
             "customer_id IN (SELECT customer_id FROM engagement_customers) GROUP BY session_date "
             "ORDER BY session_date"));
  return WithoutStrays(std::move(days), Tomorrow());
}

Result<std::vector<DayCount>> BindSoundSpan(engine::Engine* engine, const SoundDays* known,
                                            warehouse::ModelRefresh* gold) {
  SoundDays sound;
  if (known) {
    sound = *known;
  } else {
    CADENZA_ASSIGN(const bool is_odd, HasOddEnds(engine));
    if (is_odd) {
      CADENZA_ASSIGN(sound, ReadSoundDays(engine));
    }
  }
  if (!sound.strays.empty()) {
    CADENZA_TRY(gold->Bind(
        "sound_span",
        fmt::format("SELECT min(start_time) AS first_time, max(start_time) AS last_time FROM "
                    "engagement_sessions WHERE customer_id IN (SELECT customer_id FROM "
                    "engagement_customers) AND session_date >= CAST({} AS DATE) AND session_date "
                    "<= CAST({} "
                    "AS DATE)",
                    QuoteText(sound.days.front().day), QuoteText(sound.days.back().day))));
  }
  return sound.strays;
}

}  // namespace cadenza::engagement
