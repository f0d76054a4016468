#include "alerts/alert_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "alerts/window_series.h"

namespace cadenza::alerts {

using nlohmann::json;

std::string IsoText(int64_t ms) {
  std::string text = MomentText(ms);
  text[10] = 'T';
  return fmt::format("{}:{:02}Z", text, ms / 1000 % 60);
}

json ToJson(const Alert& alert) {
  const bool has_expectation = alert.expected > 0;
  const auto if_known = [&](double value) { return has_expectation ? json(value) : json(); };
  return {{"alert_id", alert.Id()},
          {"state", alert.State()},
          {"rule", alert.rule},
          {"kind", KindName(alert.kind)},
          {"series", alert.series.empty() ? json() : json(alert.series)},
          {"opened_at", IsoText(alert.opened_ms)},
          {"window_start", IsoText(alert.window_start_ms)},
          {"window_end", IsoText(alert.window_end_ms)},
          {"sessions", alert.sessions},
          {"customers", alert.customers < 0 ? json() : json(alert.customers)},
          {"expected", if_known(alert.expected)},
          {"low", if_known(alert.low)},
          {"high", alert.high},
          {"recent_avg", alert.recent_avg},
          {"recent_p95", alert.recent_p95},
          {"span_windows", alert.span_windows},
          {"span_sessions", alert.span_sessions},
          {"span_expected", if_known(alert.span_expected)},
          {"chance", if_known(alert.chance)},
          {"is_final", alert.is_final}};
}

}  // namespace cadenza::alerts
