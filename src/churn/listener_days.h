#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"
#include "lake/run.h"

namespace cadenza::churn {

/// What a lake's events span, in UTC days since 1970.
struct LogSpan {
  int32_t first_day = 0;
  int32_t end = 0;  ///< the midnight after the last whole day: the first day that is not known
};

/// Hashes by day of the SQL and the names of the event files behind them: an equal one means equal
/// rows.
using DayDigests = std::map<std::string, std::string>;

/// What the log says of a file's partition, as it says it; empty for none.
std::string PartitionDay(const delta::AddFile& file, const char* column);

/// Brings the table listener_days up to the events of the lake: days from the first changed one on
/// are computed again, because which artists are new depends on the days before. Leaves it bound as
/// all_listener_days and listener_days, and settled_events with it.
class ListenerDays {
 public:
  ListenerDays(lake::Lake* lake, lake::Run* run) : lake_(lake), run_(run) {}

  /// kUsage when the lake has no events, kInput when none is of a listener.
  Status BindEvents();
  const LogSpan& span() const { return span_; }
  const DayDigests& digests() const { return digests_; }

  /// `before`: the digests of the last run; the table is as they say only if `is_kept`.
  Status Refresh(const DayDigests& before, bool is_kept);
  /// The first day that was computed again, as text; empty: none.
  const std::string& changed_from() const { return changed_from_; }

 private:
  Status ReadSpan();
  Result<lake::TableChange> Compute(const lake::Model& model, const lake::TableState& before);

  lake::Lake* lake_;
  lake::Run* run_;
  LogSpan span_;
  DayDigests digests_;
  std::map<std::string, int64_t> rows_of_day_;
  std::string changed_from_;
};

}  // namespace cadenza::churn
