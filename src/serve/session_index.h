#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "serve/customer_numbers.h"
#include "serve/day.h"

namespace cadenza::serve {

/// The session_days of gold in memory: by day who came, on which platform and device, and how
/// often. Immutable after it was built; thread-safe.
class SessionIndex {
 public:
  /// More platforms or devices than this are not kept.
  static constexpr size_t kKindsMax = 64;

  /// What a session was on: numbers in platforms() and devices(), in one.
  using Agent = uint16_t;
  static size_t PlatformOf(Agent agent) { return agent / kKindsMax; }
  static size_t DeviceOf(Agent agent) { return agent % kKindsMax; }
  /// A customer may stand there several times, also on one agent.
  struct DayEntries {
    std::vector<uint32_t> customers;
    std::vector<Agent> agents;
    std::vector<uint8_t> sessions;
  };

  /// Of days of customer_days, where a condition of SQL holds. kConflict, with why: it would take
  /// more memory than allowed, or there are too many kinds.
  static Result<SessionIndex> Build(query::Session* session, const CustomerNumbers& numbers,
                                    const DaySpan& days, const std::string& condition,
                                    int64_t bytes_max);

  const DayEntries& On(size_t d) const { return days_[d]; }
  const std::vector<std::string>& platforms() const { return platforms_; }
  const std::vector<std::string>& devices() const { return devices_; }
  /// By agent: whether it is of one of these platforms and devices; an empty list: of any.
  std::vector<bool> Chosen(const std::vector<std::string>& platforms,
                           const std::vector<std::string>& devices) const;
  int64_t bytes() const;

 private:
  static Result<std::vector<std::string>> ReadKinds(query::Session* session, const char* column);
  Status ReserveDays(query::Session* session, int64_t bytes_max);
  Status ReadDays(query::Session* session, const CustomerNumbers& numbers);

  std::vector<std::string> platforms_, devices_;
  Day first_day_ = 0;
  std::string condition_;
  std::vector<DayEntries> days_;
};

}  // namespace cadenza::serve
