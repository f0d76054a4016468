#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

namespace cadenza::alerts {

enum class AlertKind { kSpike, kDrop, kMissing };
std::string_view KindName(AlertKind kind);  ///< spike, drop, missing

/// A rule says that an incident opened, or that it is over. Windows that exceed one after the other
/// are one incident: one alert that opens and closes.
struct Alert {
  std::string rule;                  ///< published, published-past or seasonal
  std::string table;                 ///< of windows in a lake; empty: windows of elsewhere
  std::string series;                ///< as Series::name
  std::string counted = "sessions";  ///< what windows count: sessions or events
  AlertKind kind = AlertKind::kSpike;
  bool is_open = true;          ///< false: over
  int64_t opened_ms = 0;        ///< start of the window at which the incident opened
  int64_t window_start_ms = 0;  ///< of the window that opened or closed it
  int64_t window_end_ms = 0;
  int64_t sessions = 0;  ///< in that window
  int64_t customers = -1;
  double expected = 0;                    ///< 0 where the rule has no expectation
  double low = 0, high = 0;               ///< what of this window alone would still be no alert
  double recent_avg = 0, recent_p95 = 0;  ///< over the last 12 windows with this one, as published
  /// The alert is about so many windows up to this one, which sum up to the next two.
  int64_t span_windows = 1;
  int64_t span_sessions = 0;
  double span_expected = 0;
  double chance = 0;  ///< of such a count, or a more extreme one, on a usual day
  bool is_final = true;

  /// The same incident has the same name, whoever finds it: seasonal-spike-20250811T2250Z, and
  /// behind it a table that is not kUsualTable and the series, percent-encoded.
  std::string Id() const;
  static constexpr std::string_view kUsualTable = "sessions_5m";
  /// By time; what ends in a window stands before what begins there.
  auto Order() const { return std::tuple(window_start_ms, series, is_open, kind); }
  std::string_view State() const { return is_open ? "opened" : "closed"; }
};

}  // namespace cadenza::alerts
