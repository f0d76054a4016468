#include "serve/customer_index.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "serve/customer_numbers.h"

namespace cadenza::serve {
namespace {

constexpr int64_t kDayUs = 86'400'000'000;

}  // namespace

Result<std::shared_ptr<const CustomerIndex>> CustomerIndex::Build(
    query::Session* session, int64_t bytes_max, const std::optional<DaySpan>& only) {
  auto index = std::make_shared<CustomerIndex>();
  index->only_ = only;
  CADENZA_ASSIGN(const CustomerNumbers numbers, index->ReadCustomers(session));
  CADENZA_TRY(index->ReadDays(session, numbers, bytes_max));
  CADENZA_TRY(index->ReadSpans(session, numbers));
  index->SumBlocks();
  if (index->bytes() > bytes_max) {
    return MakeError(ErrorKind::kConflict,
                     "the customer-days take {} MB of memory, more than {} MB",
                     index->bytes() >> 20, bytes_max >> 20);
  }
  // Where the sessions do not fit, what asks for platforms and devices is answered by SQL.
  if (const lake::Model* sessions = session->lake()->FindTable("session_days");
      sessions != nullptr && session->lake()->Exists(*sessions)) {
    auto read = SessionIndex::Build(
        session, numbers,
        {index->first_day_, index->first_day_ + static_cast<Day>(index->days_.size()) - 1},
        index->DayCondition(), bytes_max - index->bytes());
    if (read.ok()) index->sessions_ = std::move(*read);
  }
  return std::shared_ptr<const CustomerIndex>(std::move(index));
}

Result<CustomerNumbers> CustomerIndex::ReadCustomers(query::Session* session) {
  CADENZA_ASSIGN(
      const std::string select,
      session->lake()->Bind("SELECT DISTINCT coalesce(country, 'unknown') AS country FROM "
                            "gold.customer_engagement ORDER BY country"));
  CADENZA_ASSIGN(const engine::RowSet countries, session->engine().Query(select));
  for (const auto& row : countries.rows) {
    countries_.emplace(*row[0], static_cast<uint16_t>(countries_.size()));
  }
  CADENZA_ASSIGN(const std::string count_select,
                 session->lake()->Bind("SELECT count(*) FROM gold.customer_engagement"));
  CADENZA_ASSIGN(const engine::RowSet count, session->engine().Query(count_select));
  CustomerNumbers numbers(static_cast<size_t>(count.Number()));
  country_.reserve(static_cast<size_t>(count.Number()));
  bool are_distinct = true;
  CADENZA_TRY(ForEachBatch(
      session,
      "SELECT hash(customers.customer_id), CAST(places.place AS INTEGER) FROM (SELECT customer_id, "
      "min(coalesce(country, 'unknown')) AS country FROM gold.customer_engagement GROUP BY "
      "customer_id) AS customers JOIN (SELECT country, row_number() OVER (ORDER BY country) - 1 AS "
      "place FROM (SELECT DISTINCT coalesce(country, 'unknown') AS country FROM "
      "gold.customer_engagement)) AS places ON places.country = customers.country",
      [&](const ArrowArray& rows) {
        const auto* hash = Values<uint64_t>(rows, 0);
        const auto* place = Values<int32_t>(rows, 1);
        for (int64_t r = 0; r < rows.length; ++r) {
          are_distinct = are_distinct && numbers.Add(hash[r]);
          country_.push_back(static_cast<uint16_t>(place[r]));
        }
      }));
  if (are_distinct) return numbers;
  return MakeError(ErrorKind::kConflict, "the ids of two customers have one hash");
}

void CustomerIndex::Add(Day day, uint32_t customer, int64_t sessions) {
  DayEntries& entries = days_[static_cast<size_t>(day - first_day_)];
  // More than a byte holds are several entries.
  for (; sessions > 0; sessions -= std::numeric_limits<uint8_t>::max()) {
    entries.customers.push_back(customer);
    entries.sessions.push_back(
        static_cast<uint8_t>(std::min<int64_t>(sessions, std::numeric_limits<uint8_t>::max())));
  }
}

Status CustomerIndex::ReadDays(query::Session* session, const CustomerNumbers& numbers,
                               int64_t bytes_max) {
  CADENZA_ASSIGN(
      const std::string select,
      session->lake()->Bind("SELECT date_diff('day', DATE '1970-01-01', min(session_date)), "
                            "date_diff('day', DATE '1970-01-01', max(session_date)), count(*) "
                            "FROM gold.customer_days WHERE " +
                            DayCondition()));
  CADENZA_ASSIGN(const engine::RowSet ends, session->engine().Query(select));
  if (!ends.rows[0][0]) return {};
  first_day_ = static_cast<Day>(ends.Number(0, 0));
  days_.resize(static_cast<size_t>(ends.Number(0, 1) - first_day_ + 1));
  const auto needed = ends.Number(0, 2) * 5 +
                      static_cast<int64_t>((days_.size() / kBlockDays + 1) * customers() * 2);
  if (needed > bytes_max) {
    return MakeError(ErrorKind::kConflict,
                     "the customer-days take {} MB of memory, more than {} MB", needed >> 20,
                     bytes_max >> 20);
  }
  CADENZA_TRY(ReserveDays(session));
  return ForEachBatch(
      session,
      "SELECT hash(customer_id), CAST(date_diff('day', DATE '1970-01-01', session_date) AS "
      "INTEGER), sessions FROM gold.customer_days WHERE " +
          DayCondition(),
      [&](const ArrowArray& rows) {
        const auto* day = Values<int32_t>(rows, 1);
        const auto* sessions = Values<int64_t>(rows, 2);
        numbers.ForEach(Values<uint64_t>(rows, 0), rows.length,
                        [&](int64_t r, uint32_t number) { Add(day[r], number, sessions[r]); });
      });
}

std::string CustomerIndex::DayCondition() const {
  if (!only_) return "true";
  return fmt::format("session_date BETWEEN DATE '{}' AND DATE '{}'", DayText(only_->first),
                     DayText(only_->last));
}

/// So that no day's entries have to move while they grow.
Status CustomerIndex::ReserveDays(query::Session* session) {
  return ForEachBatch(
      session,
      "SELECT CAST(date_diff('day', DATE '1970-01-01', session_date) AS INTEGER), CAST(count(*) AS "
      "BIGINT) FROM gold.customer_days WHERE " +
          DayCondition() + " GROUP BY session_date",
      [&](const ArrowArray& rows) {
        const auto* day = Values<int32_t>(rows, 0);
        const auto* count = Values<int64_t>(rows, 1);
        for (int64_t r = 0; r < rows.length; ++r) {
          DayEntries& entries = days_[static_cast<size_t>(day[r] - first_day_)];
          entries.customers.reserve(static_cast<size_t>(count[r]));
          entries.sessions.reserve(static_cast<size_t>(count[r]));
        }
      });
}

Status CustomerIndex::ReadSpans(query::Session* session, const CustomerNumbers& numbers) {
  return ForEachBatch(
      session,
      "SELECT hash(customer_id), epoch_us(start_time), coalesce(epoch_us(end_time), "
      "9223372036854775807) FROM gold.paid_spans WHERE start_time IS NOT NULL",
      [&](const ArrowArray& rows) {
        const auto* start = Values<int64_t>(rows, 1);
        const auto* end = Values<int64_t>(rows, 2);
        numbers.ForEach(Values<uint64_t>(rows, 0), rows.length, [&](int64_t r, uint32_t number) {
          spans_.push_back({number, start[r], end[r]});
        });
      });
}

void CustomerIndex::SumBlocks() {
  for (size_t first = 0; first + kBlockDays <= days_.size(); first += kBlockDays) {
    std::vector<uint16_t> sums(customers());
    bool fits = true;
    for (size_t day = first; day < first + kBlockDays; ++day) {
      for (size_t e = 0; e < days_[day].customers.size(); ++e) {
        uint16_t& sum = sums[days_[day].customers[e]];
        const int whole = sum + days_[day].sessions[e];
        fits = fits && whole <= std::numeric_limits<uint16_t>::max();
        sum = static_cast<uint16_t>(whole);
      }
    }
    // A block that does not hold its sums is added day by day.
    blocks_.push_back(fits ? std::move(sums) : std::vector<uint16_t>());
  }
}

void CustomerIndex::AddDays(Day from, Day to, std::vector<uint32_t>* sums) const {
  for (Day day = from; day < to; ++day) {
    const DayEntries& entries = days_[static_cast<size_t>(day)];
    for (size_t e = 0; e < entries.customers.size(); ++e) {
      (*sums)[entries.customers[e]] += entries.sessions[e];
    }
  }
}

std::vector<bool> CustomerIndex::PaidIn(Day first, Day last) const {
  std::vector<bool> paid(customers());
  const int64_t begin = first * kDayUs, end = (int64_t{last} + 1) * kDayUs;
  for (const Span& span : spans_) {
    if (span.start_us < end && span.end_us >= begin) paid[span.customer] = true;
  }
  return paid;
}

std::vector<bool> CustomerIndex::Chosen(const std::vector<bool>& paid,
                                        const CustomerFilter& filter) const {
  std::vector<bool> wanted(countries_.size(), filter.countries.empty());
  for (const std::string& country : filter.countries) {
    const auto found = countries_.find(country);
    if (found != countries_.end()) wanted[found->second] = true;
  }
  const auto has_plan = [&](const char* plan) {
    return filter.plans.empty() || std::ranges::count(filter.plans, plan) > 0;
  };
  const bool wants_paid = has_plan("paid"), wants_free = has_plan("free");
  std::vector<bool> chosen(customers());
  for (size_t c = 0; c < chosen.size(); ++c) {
    chosen[c] = wanted[country_[c]] && (paid[c] ? wants_paid : wants_free);
  }
  return chosen;
}

CustomerIndex::Selection CustomerIndex::Select(Day first, Day last,
                                               const CustomerFilter& filter) const {
  Selection selection;
  selection.paid = PaidIn(first, last);
  selection.customers = Chosen(selection.paid, filter);
  selection.by_session = filter.asks_for_sessions();
  if (selection.by_session) selection.agents = sessions_->Chosen(filter.platforms, filter.devices);
  return selection;
}

std::vector<uint32_t> CustomerIndex::SumAll(Day first, Day last) const {
  std::vector<uint32_t> sums(customers());
  const Day to = EndOf(last);
  for (Day day = StartOf(first); day < to;) {
    const auto block = static_cast<size_t>(day / kBlockDays);
    const bool is_whole = day % kBlockDays == 0 && day + kBlockDays <= to &&
                          block < blocks_.size() && !blocks_[block].empty();
    const Day next =
        is_whole ? day + kBlockDays : std::min(to, (day / kBlockDays + 1) * kBlockDays);
    if (is_whole) {
      for (size_t c = 0; c < sums.size(); ++c) sums[c] += blocks_[block][c];
    } else {
      AddDays(day, next, &sums);
    }
    day = next;
  }
  return sums;
}

std::vector<uint32_t> CustomerIndex::Sum(Day first, Day last, const Selection& selection) const {
  if (!selection.by_session) return SumAll(first, last);
  std::vector<uint32_t> sums(customers());
  for (Day day = StartOf(first); day < EndOf(last); ++day) {
    VisitEntries(static_cast<size_t>(day), selection,
                 [&](uint32_t customer, uint8_t sessions) { sums[customer] += sessions; });
  }
  return sums;
}

std::vector<CustomerClass> CustomerIndex::Count(Day first, Day last,
                                                const CustomerFilter& filter) const {
  const Selection selection = Select(first, last, filter);
  const std::vector<uint32_t> sums = Sum(first, last, selection);
  const uint32_t most = sums.empty() ? 0 : *std::ranges::max_element(sums);
  std::vector<int64_t> counts((size_t{most} + 1) * 2);
  for (size_t c = 0; c < sums.size(); ++c) {
    if (!selection.customers[c]) continue;
    ++counts[size_t{sums[c]} * 2 + (sums[c] > 0 && selection.paid[c] ? 1 : 0)];
  }
  std::vector<CustomerClass> classes;
  for (size_t at = 0; at < counts.size(); ++at) {
    if (counts[at] == 0) continue;
    classes.push_back({static_cast<int64_t>(at / 2), at % 2 == 1, counts[at]});
  }
  return classes;
}

std::vector<DayCount> CustomerIndex::CountDays(Day first, Day last,
                                               const CustomerFilter& filter) const {
  const Selection selection = Select(first, last, filter);
  std::vector<DayCount> counts;
  std::vector<Day> seen(selection.by_session ? customers() : 0, -1);
  for (Day day = StartOf(first); day < EndOf(last); ++day) {
    DayCount count{.day = first_day_ + day};
    uint32_t before = CustomerNumbers::kNobody;
    VisitEntries(static_cast<size_t>(day), selection, [&](uint32_t customer, uint8_t sessions) {
      const bool is_seen = selection.by_session ? seen[customer] == day : customer == before;
      count.sessions += sessions;
      count.listeners += is_seen ? 0 : 1;
      before = customer;
      if (selection.by_session) seen[customer] = day;
    });
    if (count.listeners > 0) counts.push_back(count);
  }
  return counts;
}

std::vector<uint64_t> CustomerIndex::CountSessions(Dimension dimension, Day first, Day last,
                                                   const Selection& selection,
                                                   std::vector<SegmentCount>* segments) const {
  Selection by_session = selection;
  by_session.by_session = true;
  if (by_session.agents.empty()) by_session.agents = sessions_->Chosen({}, {});
  const bool is_platform = dimension == Dimension::kPlatform;
  std::vector<uint64_t> seen(customers());
  for (Day day = StartOf(first); day < EndOf(last); ++day) {
    VisitAgents(static_cast<size_t>(day), by_session,
                [&](uint32_t customer, uint8_t sessions, SessionIndex::Agent agent) {
                  const size_t segment =
                      is_platform ? SessionIndex::PlatformOf(agent) : SessionIndex::DeviceOf(agent);
                  seen[customer] |= uint64_t{1} << segment;
                  (*segments)[segment].sessions += sessions;
                });
  }
  return seen;
}

std::vector<SegmentCount> CustomerIndex::CountSegments(Dimension dimension, Day first, Day last,
                                                       const CustomerFilter& filter,
                                                       int64_t engaged_sessions) const {
  const Selection selection = Select(first, last, filter);
  const std::vector<uint32_t> all = SumAll(first, last);
  std::vector<SegmentCount> segments;
  const auto count = [&](size_t customer, size_t segment) {
    ++segments[segment].listeners;
    segments[segment].engaged += all[customer] >= engaged_sessions ? 1 : 0;
    segments[segment].paid += selection.paid[customer] ? 1 : 0;
  };
  if (dimension == Dimension::kCountry) {
    for (const auto& [country, number] : countries_) segments.push_back({.segment = country});
    const std::vector<uint32_t> sums = selection.by_session ? Sum(first, last, selection) : all;
    for (size_t c = 0; c < sums.size(); ++c) {
      if (!selection.customers[c] || sums[c] == 0) continue;
      count(c, country_[c]);
      segments[country_[c]].sessions += sums[c];
    }
  } else {
    const auto& names =
        dimension == Dimension::kPlatform ? sessions_->platforms() : sessions_->devices();
    for (const std::string& name : names) segments.push_back({.segment = name});
    const std::vector<uint64_t> seen = CountSessions(dimension, first, last, selection, &segments);
    for (size_t c = 0; c < seen.size(); ++c) {
      for (uint64_t bits = seen[c]; bits != 0; bits &= bits - 1) {
        count(c, static_cast<size_t>(std::countr_zero(bits)));
      }
    }
  }
  std::erase_if(segments, [](const SegmentCount& segment) { return segment.listeners == 0; });
  return segments;
}

int64_t CustomerIndex::bytes() const {
  size_t bytes = country_.size() * sizeof(uint16_t) + spans_.size() * sizeof(Span);
  for (const DayEntries& entries : days_) bytes += entries.customers.size() * 5;
  for (const auto& block : blocks_) bytes += block.size() * sizeof(uint16_t);
  return static_cast<int64_t>(bytes) + (sessions_ ? sessions_->bytes() : 0);
}

}  // namespace cadenza::serve
