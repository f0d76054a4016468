#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cadenza::stream {

/// 90s, 5m, 1h, 2d: a whole number and a unit. kUsage for anything else, and for 0.
Result<int64_t> ParseDuration(std::string_view text);  ///< microseconds
/// The shortest such text: 5m, not 300s.
std::string DurationText(int64_t microseconds);

enum class WindowKind {
  kFixed,    ///< tumbling, or hopping where the slide is shorter than the size
  kSession,  ///< as long as the events of a group are nearer to each other than the gap
};

/// How event times are cut into windows. Fixed windows begin at multiples of the slide since 1970
/// UTC and hold their start, not their end. A session ends one gap after its last event.
struct WindowSpec {
  WindowKind kind = WindowKind::kFixed;
  int64_t size_us = 0;   ///< of a session: the gap
  int64_t slide_us = 0;  ///< = size_us for tumbling windows

  bool hops() const { return kind == WindowKind::kFixed && slide_us != size_us; }
  /// What state is kept by: a part of which every window is made up.
  int64_t pane_us() const;
  /// 5m, 10m/5m (every 5 minutes), session:30m: what Parse takes.
  std::string Text() const;
  /// sessions_5m, sessions_10m_every_5m, sessions_gap_30m; events_5m_by_platform.
  std::string TableName(const std::string& counted, const std::vector<std::string>& groups) const;

  static Result<WindowSpec> Parse(std::string_view text);
};

}  // namespace cadenza::stream
