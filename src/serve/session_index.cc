#include "serve/session_index.h"

#include <algorithm>

namespace cadenza::serve {
namespace {

constexpr int64_t kEntryBytes = sizeof(uint32_t) + sizeof(SessionIndex::Agent) + sizeof(uint8_t);

/// The place of a column's value among names, from 0: computed once for each name of a page of the
/// file, where a join would look at each row.
std::string PlaceSql(const char* column, const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    list += (list.empty() ? "" : ", ") + engine::QuoteText(name);
  }
  return fmt::format("list_position([{}], {}) - 1", list, column);
}

}  // namespace

Result<SessionIndex> SessionIndex::Build(query::Session* session, const CustomerNumbers& numbers,
                                         const DaySpan& days, const std::string& condition,
                                         int64_t bytes_max) {
  SessionIndex index;
  index.first_day_ = days.first;
  index.condition_ = condition;
  index.days_.resize(static_cast<size_t>(days.last - days.first) + 1);
  CADENZA_ASSIGN(index.platforms_, ReadKinds(session, "platform"));
  CADENZA_ASSIGN(index.devices_, ReadKinds(session, "device"));
  CADENZA_TRY(index.ReserveDays(session, bytes_max));
  CADENZA_TRY(index.ReadDays(session, numbers));
  return index;
}

/// So that no day's entries have to move while they grow.
Status SessionIndex::ReserveDays(query::Session* session, int64_t bytes_max) {
  CADENZA_ASSIGN(const std::string select,
                 session->lake()->Bind("SELECT date_diff('day', DATE '1970-01-01', session_date), "
                                       "count(*) FROM gold.session_days WHERE " +
                                       condition_ + " GROUP BY session_date"));
  CADENZA_ASSIGN(const engine::RowSet counts, session->engine().Query(select));
  int64_t bytes = 0;
  for (size_t r = 0; r < counts.rows.size(); ++r) {
    const auto day = static_cast<size_t>(counts.Number(r, 0) - first_day_);
    if (day >= days_.size()) {
      return MakeError(ErrorKind::kConflict, "session_days has days that customer_days has not");
    }
    bytes += counts.Number(r, 1) * kEntryBytes;
    if (bytes > bytes_max) break;
    const auto entries = static_cast<size_t>(counts.Number(r, 1));
    days_[day].customers.reserve(entries);
    days_[day].agents.reserve(entries);
    days_[day].sessions.reserve(entries);
  }
  if (bytes <= bytes_max) return {};
  return MakeError(ErrorKind::kConflict, "the sessions take more than {} MB of memory",
                   bytes_max >> 20);
}

Result<std::vector<std::string>> SessionIndex::ReadKinds(query::Session* session,
                                                         const char* column) {
  CADENZA_ASSIGN(
      const std::string select,
      session->lake()->Bind(fmt::format(
          "SELECT DISTINCT {0} FROM gold.session_days WHERE {0} IS NOT NULL ORDER BY {0}",
          column)));
  CADENZA_ASSIGN(const engine::RowSet rows, session->engine().Query(select));
  if (rows.rows.size() > kKindsMax) {
    return MakeError(ErrorKind::kConflict, "there are more than {} values of {}", kKindsMax,
                     column);
  }
  std::vector<std::string> names;
  for (size_t r = 0; r < rows.rows.size(); ++r) names.push_back(rows.Text(r));
  return names;
}

Status SessionIndex::ReadDays(query::Session* session, const CustomerNumbers& numbers) {
  if (platforms_.empty()) return {};
  return ForEachBatch(
      session,
      fmt::format("SELECT hash(customer_id), CAST(date_diff('day', DATE '1970-01-01', "
                  "session_date) AS INTEGER), CAST(({}) * {} + {} AS INTEGER), sessions FROM "
                  "gold.session_days WHERE platform IS NOT NULL AND device IS NOT NULL AND {}",
                  PlaceSql("platform", platforms_), kKindsMax, PlaceSql("device", devices_),
                  condition_),
      [&](const ArrowArray& rows) {
        const auto* day = Values<int32_t>(rows, 1);
        const auto* agent = Values<int32_t>(rows, 2);
        const auto* sessions = Values<int64_t>(rows, 3);
        numbers.ForEach(Values<uint64_t>(rows, 0), rows.length, [&](int64_t r, uint32_t customer) {
          DayEntries& entries = days_[static_cast<size_t>(day[r] - first_day_)];
          // More than a byte holds are several entries.
          for (int64_t left = sessions[r]; left > 0; left -= UINT8_MAX) {
            entries.customers.push_back(customer);
            entries.agents.push_back(static_cast<Agent>(agent[r]));
            entries.sessions.push_back(static_cast<uint8_t>(std::min<int64_t>(left, UINT8_MAX)));
          }
        });
      });
}

std::vector<bool> SessionIndex::Chosen(const std::vector<std::string>& platforms,
                                       const std::vector<std::string>& devices) const {
  const auto is_one_of = [](const std::vector<std::string>& wanted, const std::string& name) {
    return wanted.empty() || std::ranges::find(wanted, name) != wanted.end();
  };
  std::vector<bool> chosen(kKindsMax * kKindsMax);
  for (size_t p = 0; p < platforms_.size(); ++p) {
    for (size_t d = 0; d < devices_.size(); ++d) {
      chosen[p * kKindsMax + d] =
          is_one_of(platforms, platforms_[p]) && is_one_of(devices, devices_[d]);
    }
  }
  return chosen;
}

int64_t SessionIndex::bytes() const {
  int64_t bytes = 0;
  for (const DayEntries& entries : days_) {
    bytes += static_cast<int64_t>(entries.customers.size()) * kEntryBytes;
  }
  return bytes;
}

}  // namespace cadenza::serve
