#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"

namespace cadenza::alerts {

inline constexpr int64_t kMinuteMs = 60'000;
inline constexpr int64_t kHourMs = 60 * kMinuteMs;
inline constexpr int64_t kDayMs = 24 * kHourMs;

struct Window {
  int64_t start_ms = 0;  ///< epoch, UTC
  int64_t local_ms = 0;  ///< the same on the clocks of the listeners' zone
  int64_t sessions = 0;
  int64_t customers = -1;  ///< -1: unknown, as where groups were added up
  bool is_final = true;
  bool is_there = true;  ///< false: no row; a window without sessions has none
};

/// Counts of windows one after the other without a gap, each `step_ms` after the one before.
struct Series {
  std::string name;  ///< "" for all sessions, else "country=DE"
  int64_t step_ms = 0;
  int64_t size_ms = 0;   ///< of a window; more than the step where windows overlap
  int64_t final_ms = 0;  ///< start of the last final window of all series; later ones may change
  std::vector<Window> windows;
  std::string counted = "sessions";  ///< by the windows: sessions or events

  /// Nothing more will come for it, also where it has no row.
  bool IsFinal(size_t index) const {
    return windows[index].is_final && windows[index].start_ms <= final_ms;
  }
  int64_t end_ms() const;
  double windows_a_week() const { return 7.0 * kDayMs / static_cast<double>(step_ms); }
  /// The first window that starts at or after the moment.
  size_t IndexFrom(int64_t start_ms) const;
};

struct SeriesOptions {
  std::string group_column = {};        ///< a series for each of its values; empty: one of all rows
  std::string zone = "UTC";             ///< whose clocks make the time of day
  std::optional<int64_t> from_ms = {};  ///< windows that start before are not read
};

/// A file of windows bound as a relation: Parquet, or CSV with a header. kNotFound when there is
/// none, kUsage for another ending.
Status BindWindowFile(engine::Engine* engine, const std::string& name, const std::string& path);
/// Why the windows of the file could not be read: the line of a CSV file whose value is no time,
/// else the failure itself.
Error ExplainWindowFile(engine::Engine* engine, const std::string& path, const Error& failure);

/// The series in a relation with window_start, window_end and sessions, and perhaps customers and
/// is_final. Rows of other groups are added up. What has no row between the first and the last
/// window of all counts as 0 sessions. kInput when columns are missing or windows do not lie on
/// one grid; an empty relation gives no series.
Result<std::vector<Series>> ReadSeries(engine::Engine* engine, const std::string& relation,
                                       const SeriesOptions& options);

/// yyyy-mm-dd hh:mm, UTC.
std::string MomentText(int64_t ms);

}  // namespace cadenza::alerts
