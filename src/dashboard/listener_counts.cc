#include "dashboard/listener_counts.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <vector>

#include "engine/sql_text.h"
#include "serve/day.h"
#include "serve/metric_window.h"

namespace cadenza::dashboard {
namespace {

using serve::Day;

constexpr size_t kRowsMax = 20'000;
constexpr Day kNever = std::numeric_limits<Day>::min() / 2;

/// From when to when there are sessions, and which of these days the data cover wholly.
struct ObservedSpan {
  Day first = 0, last = -1, first_whole = 0, last_whole = -1;
  Day retention_days = 0;
};

Result<ObservedSpan> ReadSpan(query::Session* session) {
  CADENZA_ASSIGN(
      const query::Answer answer,
      session->Query(fmt::format(
          "SELECT date_diff('day', epoch, first_day), date_diff('day', epoch, last_day), "
          "date_diff('day', epoch, first_whole_day), date_diff('day', epoch, last_whole_day), "
          "(SELECT coalesce(max(day_number), 0) FROM gold.retention) FROM ({}) AS span CROSS JOIN "
          "(SELECT DATE '1970-01-01' AS epoch) AS origin",
          kDataSpan)));
  ObservedSpan span;
  if (answer.rows.rows.empty() || !answer.rows.rows[0][0]) return span;
  const auto number = [&](size_t column) {
    return static_cast<Day>(answer.rows.Number(0, column));
  };
  span = {number(0), number(1), number(2), number(3), number(4)};
  return span;
}

struct Question {
  ObservedSpan span;
  Day from, to;
  std::string grain;
  serve::CustomerIndex::Selection chosen;

  Day StartOf(Day day) const {
    if (grain == "day") return day;
    return grain == "week" ? serve::WeekStart(day) : serve::MonthStart(day);
  }
  Day EndOf(Day start) const {
    if (grain == "day") return start;
    return grain == "week" ? start + 6 : serve::NextMonth(start) - 1;
  }
};

/// Each day on which a chosen customer came, once, in the order of the days.
template <class Visit>
void VisitDays(const serve::CustomerIndex& index, const serve::CustomerIndex::Selection& chosen,
               const Visit& visit) {
  std::vector<Day> seen(chosen.by_session ? index.customers() : 0, kNever);
  for (size_t d = 0; d < index.days(); ++d) {
    const Day day = index.first_day() + static_cast<Day>(d);
    uint32_t before = std::numeric_limits<uint32_t>::max();
    index.VisitEntries(d, chosen, [&](uint32_t customer, uint8_t) {
      const bool is_seen = chosen.by_session ? seen[customer] == day : customer == before;
      if (!is_seen) visit(day, customer);
      before = customer;
      if (chosen.by_session) seen[customer] = day;
    });
  }
}

std::string DaySqlOf(Day day) { return "DATE '" + serve::DayText(day) + "'"; }

/// `nothing` is a row of the right types.
std::string RowsSql(const std::vector<std::string>& rows, const char* columns,
                    const char* nothing) {
  std::string list;
  for (const std::string& row : rows) list += (list.empty() ? "(" : ", (") + row + ")";
  return fmt::format("SELECT * FROM (VALUES {}) AS counted({}){}",
                     rows.empty() ? fmt::format("({})", nothing) : list, columns,
                     rows.empty() ? " WHERE false" : "");
}

std::string RetentionSql(const Question& ask, const serve::CustomerIndex& index) {
  struct Cohort {
    std::vector<int64_t> retained, first_returns;
  };
  const size_t columns = static_cast<size_t>(ask.span.retention_days) + 1;
  std::map<Day, Cohort> cohorts;
  std::vector<Day> first(index.customers(), kNever);
  std::vector<bool> has_returned(index.customers());
  for (Day day = std::max(ask.from, index.first_day());
       day <= std::min(ask.to, index.first_day() + static_cast<Day>(index.days()) - 1); ++day) {
    cohorts.emplace(day, Cohort{std::vector<int64_t>(columns), std::vector<int64_t>(columns)});
  }
  VisitDays(index, ask.chosen, [&](Day day, uint32_t customer) {
    const bool is_first = first[customer] == kNever;
    if (is_first) first[customer] = day;
    const bool is_return = !is_first && !has_returned[customer];
    if (is_return) has_returned[customer] = true;
    const auto number = static_cast<size_t>(day - first[customer]);
    const auto cohort = cohorts.find(first[customer]);
    if (cohort == cohorts.end() || number >= columns) return;
    ++cohort->second.retained[number];
    if (is_return) ++cohort->second.first_returns[number];
  });
  std::vector<std::string> rows;
  for (const auto& [day, cohort] : cohorts) {
    const int64_t size = cohort.retained[0];
    int64_t returned = 0;
    for (size_t n = 0; size > 0 && n < columns; ++n) {
      const Day then = day + static_cast<Day>(n);
      if (then > ask.span.last) break;
      returned += cohort.first_returns[n];
      rows.push_back(fmt::format("{}, {}, {}, {}, {}, {}", DaySqlOf(day), n, size,
                                 cohort.retained[n], returned, then <= ask.span.last_whole));
    }
  }
  return "SELECT cohort_date, CAST(day_number AS BIGINT) AS day_number, CAST(cohort_size AS "
         "BIGINT) AS cohort_size, CAST(retained AS BIGINT) AS retained, CAST(returned_within AS "
         "BIGINT) AS returned_within, half_up_percent(retained, cohort_size) AS retained_percent, "
         "is_complete FROM (" +
         RowsSql(rows,
                 "cohort_date, day_number, cohort_size, retained, returned_within, is_complete",
                 "DATE '1970-01-01', 0, 0, 0, 0, true") +
         ") AS cohorts";
}

/// A customer counts on each day that has one of theirs among the `width` days up to it.
class ActiveWithin {
 public:
  ActiveWithin(const serve::CustomerIndex& index, Day width)
      : width_(width), first_(index.first_day()), changes_(index.days() + 29) {}
  void Add(Day day, Day before) {
    ++changes_[At(std::max(day, before + width_))];
    --changes_[At(day + width_)];
  }
  /// By the index's days.
  std::vector<int64_t> Counts() const {
    std::vector<int64_t> counts(changes_.size());
    int64_t sum = 0;
    for (size_t at = 0; at < counts.size(); ++at) counts[at] = sum += changes_[at];
    return counts;
  }

 private:
  size_t At(Day day) const { return static_cast<size_t>(day - first_); }
  Day width_, first_;
  std::vector<int64_t> changes_;
};

std::string StickinessSql(const Question& ask, const serve::CustomerIndex& index) {
  ActiveWithin one(index, 1), seven(index, 7), month(index, 28);
  std::vector<Day> last(index.customers(), kNever);
  VisitDays(index, ask.chosen, [&](Day day, uint32_t customer) {
    for (ActiveWithin* within : {&one, &seven, &month}) within->Add(day, last[customer]);
    last[customer] = day;
  });
  const auto ones = one.Counts(), sevens = seven.Counts(), months = month.Counts();
  std::vector<std::string> rows;
  for (Day day = std::max(ask.from, ask.span.first); day <= std::min(ask.to, ask.span.last);
       ++day) {
    const auto at = static_cast<size_t>(day - index.first_day());
    const bool is_known = day >= index.first_day() && at < ones.size();
    rows.push_back(fmt::format("{}, {}, {}, {}, {}", DaySqlOf(day), is_known ? ones[at] : 0,
                               is_known ? sevens[at] : 0, is_known ? months[at] : 0,
                               day - 27 >= ask.span.first_whole && day <= ask.span.last_whole));
  }
  return "SELECT day, CAST(listeners AS BIGINT) AS listeners, CAST(listeners_7_days AS BIGINT) AS "
         "listeners_7_days, CAST(listeners_28_days AS BIGINT) AS listeners_28_days, "
         "half_up_percent(listeners, listeners_28_days) AS stickiness_percent, is_complete FROM (" +
         RowsSql(rows, "day, listeners, listeners_7_days, listeners_28_days, is_complete",
                 "DATE '1970-01-01', 0, 0, 0, true") +
         ") AS days_counted";
}

struct Period {
  int64_t listeners = 0, fresh = 0, returning = 0;
};

/// The periods that the data touch, with who came in them.
std::map<Day, Period> CountPeriods(const Question& ask, const serve::CustomerIndex& index) {
  std::map<Day, Period> periods;
  for (Day start = ask.StartOf(ask.span.first); start <= ask.span.last;
       start = ask.EndOf(start) + 1) {
    periods.emplace(start, Period());
  }
  std::vector<Day> last(index.customers(), kNever);
  Day start = kNever, end = kNever, start_before = kNever;
  Period ignored;  // of days that are far from all others
  Period* period = nullptr;
  bool has_before = false;
  VisitDays(index, ask.chosen, [&](Day day, uint32_t customer) {
    if (period == nullptr || day > end) {
      start = ask.StartOf(day);
      end = ask.EndOf(start);
      start_before = ask.StartOf(start - 1);
      const auto found = periods.find(start);
      period = found == periods.end() ? &ignored : &found->second;
      has_before = periods.contains(start_before);
    }
    Day& before = last[customer];
    if (before == start) return;
    ++period->listeners;
    if (before == kNever) ++period->fresh;
    if (has_before && before == start_before) ++period->returning;
    before = start;
  });
  return periods;
}

std::string LifecycleSql(const Question& ask, const serve::CustomerIndex& index) {
  std::vector<std::string> rows;
  int64_t listeners_before = 0;
  for (const auto& [begin, counted] : CountPeriods(ask, index)) {
    const Day end = ask.EndOf(begin);
    if (end >= ask.from && begin <= ask.to) {
      rows.push_back(fmt::format("'{}', {}, {}, {}, {}, {}, {}, {}, {}, {}", ask.grain,
                                 DaySqlOf(begin), DaySqlOf(end), counted.listeners, counted.fresh,
                                 counted.returning,
                                 counted.listeners - counted.fresh - counted.returning,
                                 listeners_before - counted.returning, listeners_before,
                                 begin >= ask.span.first_whole && end <= ask.span.last_whole));
    }
    listeners_before = counted.listeners;
  }
  return "SELECT period, period_start, period_end, CAST(listeners AS BIGINT) AS listeners, "
         "CAST(new_listeners AS BIGINT) AS new_listeners, CAST(returning_listeners AS BIGINT) AS "
         "returning_listeners, CAST(resurrecting_listeners AS BIGINT) AS resurrecting_listeners, "
         "CAST(dormant_listeners AS BIGINT) AS dormant_listeners, CAST(listeners_before AS BIGINT) "
         "AS listeners_before, is_complete FROM (" +
         RowsSql(rows,
                 "period, period_start, period_end, listeners, new_listeners, returning_listeners, "
                 "resurrecting_listeners, dormant_listeners, listeners_before, is_complete",
                 "'', DATE '1970-01-01', DATE '1970-01-01', 0, 0, 0, 0, 0, 0, true") +
         ") AS periods";
}

std::string CountedDaysSql(Day from, Day to, const serve::CustomerFilter& filter,
                           const serve::CustomerIndex& index) {
  std::vector<std::string> rows;
  for (const serve::DayCount& day : index.CountDays(from, to, filter)) {
    rows.push_back(fmt::format("{}, {}, {}", DaySqlOf(day.day), day.sessions, day.listeners));
  }
  return "SELECT date, CAST(sessions AS BIGINT) AS sessions, CAST(listeners AS BIGINT) AS "
         "listeners FROM (" +
         RowsSql(rows, "date, sessions, listeners", "DATE '1970-01-01', 0, 0") +
         ") AS days_counted";
}

Result<std::string> CountedSegmentsSql(serve::Dimension dimension, Day from, Day to,
                                       const serve::CustomerFilter& filter,
                                       const serve::CustomerIndex& index, query::Session* session) {
  CADENZA_ASSIGN(const serve::MetricRule rule, serve::MetricRule::Read(session));
  std::vector<std::string> rows;
  for (const serve::SegmentCount& segment :
       index.CountSegments(dimension, from, to, filter, rule.EngagedSessions(to - from + 1))) {
    rows.push_back(fmt::format("{}, {}, {}, {}, {}", engine::QuoteText(segment.segment),
                               segment.listeners, segment.sessions, segment.engaged, segment.paid));
  }
  return SegmentPercentsSql(
      RowsSql(rows, "segment, listeners, sessions, engaged, paid", "'', 0, 0, 0, 0"));
}

/// What a relation of segments is of; nothing for other relations.
std::optional<serve::Dimension> DimensionOf(const FilteredRelation& relation) {
  if (relation.name == "filtered_countries") return serve::Dimension::kCountry;
  if (relation.name == "filtered_platforms") return serve::Dimension::kPlatform;
  if (relation.name == "filtered_devices") return serve::Dimension::kDevice;
  return std::nullopt;
}

}  // namespace

Result<std::optional<std::string>> CountedSql(const FilteredRelation& relation,
                                              const FilteredRequest& request,
                                              const serve::CustomerIndex& index,
                                              query::Session* session) {
  using Counted = std::optional<std::string>;
  const auto from = serve::ParseDay(request.from), to = serve::ParseDay(request.to);
  const auto list = [](const std::string& value) {
    return value.empty() ? std::vector<std::string>() : std::vector<std::string>{value};
  };
  const serve::CustomerFilter filter = {list(request.country), list(request.plan),
                                        list(request.platform), list(request.device)};
  if (!from || !to || !index.CanTell(*from, *to, filter)) return Counted();
  if (const auto dimension = DimensionOf(relation)) {
    if (dimension != serve::Dimension::kCountry && !index.knows_sessions()) return Counted();
    CADENZA_ASSIGN(std::string segments,
                   CountedSegmentsSql(*dimension, *from, *to, filter, index, session));
    return Counted(std::move(segments));
  }
  const bool is_known =
      relation.name == "filtered_day_counts" || relation.name == "filtered_retention" ||
      relation.name == "filtered_stickiness" || relation.name == "filtered_lifecycle";
  if (!is_known) return Counted();
  CADENZA_ASSIGN(const ObservedSpan span, ReadSpan(session));
  const auto width = relation.name == "filtered_retention" ? span.retention_days + 1 : 1;
  const Day days = std::min(*to, span.last) - std::max(*from, span.first) + 1;
  if (span.last < span.first ||
      static_cast<size_t>(std::max<Day>(days, 0)) * static_cast<size_t>(width) > kRowsMax) {
    return Counted();
  }
  if (relation.name == "filtered_day_counts") {
    return Counted(CountedDaysSql(*from, *to, filter, index));
  }
  if (!index.is_whole()) return Counted();
  const Question ask = {span, *from, *to, request.grain, index.Select(*from, *to, filter)};
  if (relation.name == "filtered_retention") return Counted(RetentionSql(ask, index));
  if (relation.name == "filtered_stickiness") return Counted(StickinessSql(ask, index));
  return Counted(LifecycleSql(ask, index));
}

}  // namespace cadenza::dashboard
