#include "stream/cluster_windows.h"

#include "engine/spark/spark_dialect.h"

namespace cadenza::stream {
namespace {

constexpr int64_t kSecond = 1'000'000;

/// Spark joins events that are one gap apart; here the next session begins there.
constexpr int64_t kLessThanGap = 1;

std::string WindowCall(const WindowSpec& window) {
  if (window.kind == WindowKind::kSession) {
    return fmt::format("session_window(event_time, '{}')",
                       SparkDuration(window.size_us - kLessThanGap));
  }
  return fmt::format("window(event_time, '{}', '{}')", SparkDuration(window.size_us),
                     SparkDuration(window.slide_us));
}

}  // namespace

std::string SparkDuration(int64_t microseconds) {
  if (microseconds % kSecond == 0) return fmt::format("{} seconds", microseconds / kSecond);
  return fmt::format("{}.{:06} seconds", microseconds / kSecond, microseconds % kSecond);
}

std::string ClusterWindows(const WindowSpec& window, const std::vector<std::string>& groups,
                           const std::string& events, const std::string& counted) {
  const std::string call = WindowCall(window);
  std::string numbered, named;
  for (size_t g = 0; g < groups.size(); ++g) {
    numbered += fmt::format(", group_{}", g + 1);
    named += fmt::format(", group_{} AS {}", g + 1, engine::SparkPath(groups[g]));
  }
  std::string end = "span.end";
  std::string keys = numbered;
  if (window.kind == WindowKind::kSession) {
    end = fmt::format("timestampadd(MICROSECOND, {}, span.end)", kLessThanGap);
    // Spark wants sessions to have a key besides; this one is the same for all.
    keys += ", year(event_time) > 0";
  }
  // Rounded as the embedded engine does, which multiplies; Spark's round(x, 2) goes by the digits.
  return fmt::format(
      "SELECT window_start, window_end{0}, {6}, customers, round(CAST({6} AS DOUBLE) * "
      "60000000 / (unix_micros(window_end) - unix_micros(window_start)) * 100D) / 100D AS "
      "{6}_per_min, true AS is_final FROM (SELECT span.start AS window_start, {1} AS "
      "window_end{2}, {6}, customers FROM (SELECT {3} AS span{2}, count(*) AS {6}, "
      "CAST(size(collect_set(customer_id)) AS BIGINT) AS customers FROM {4} WHERE event_time IS "
      "NOT NULL GROUP BY {3}{5}) AS spans) AS windows",
      named, end, numbered, call, events, keys, counted);
}

}  // namespace cadenza::stream
