#include "cli/alerts_replay.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "alerts/alert_json.h"

namespace cadenza::cli {
namespace {

using alerts::AlertKind;
using alerts::RuleReplay;
using nlohmann::json;

bool IsPublished(const RuleReplay& replay) { return replay.rule.starts_with("published"); }

/// The published rule fires on each spike; ours once an incident.
int64_t Fired(const RuleReplay& replay) {
  return IsPublished(replay) ? replay.fired_windows : replay.Opened();
}

std::string FirstOf(const RuleReplay& replay) {
  return replay.alerts.empty() ? "-" : alerts::MomentText(replay.alerts.front().window_start_ms);
}

void PrintAlerts(const RuleReplay& replay, size_t first) {
  if (replay.alerts.empty() || first == 0) return;
  fmt::print("\n  {}, the first alerts:\n", replay.rule);
  size_t shown = 0;
  for (const alerts::Alert& alert : replay.alerts) {
    if (!alert.is_open || shown++ == first) continue;
    if (shown > first) break;
    fmt::print("    {}\n", AlertLine(alert));
  }
}

std::string CsvText(const json& value) {
  if (value.is_null()) return "";
  if (!value.is_string()) return value.dump();
  std::string text = value.get<std::string>();
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

std::string AlertLine(const alerts::Alert& alert) {
  std::string line = fmt::format("{}  {:<7} {:>6} {}", alerts::MomentText(alert.window_start_ms),
                                 KindName(alert.kind), alert.sessions, alert.counted);
  if (alert.expected > 0) {
    line +=
        fmt::format(", expected {:.0f} ({:.0f} to {:.0f})", alert.expected, alert.low, alert.high);
  } else {
    line += fmt::format(", above {:.1f} (average {:.1f})", alert.recent_p95, alert.recent_avg);
  }
  if (alert.span_windows > 1) {
    line += fmt::format("; {} in {} windows, expected {:.0f}", alert.span_sessions,
                        alert.span_windows, alert.span_expected);
  }
  return line + (alert.series.empty() ? "" : "; " + alert.series);
}

void PrintReplay(const std::vector<alerts::Series>& all, const std::vector<RuleReplay>& replays,
                 const ReplayScene& scene) {
  if (all.empty()) {
    fmt::print("No windows in {}.\n", scene.source);
    return;
  }
  const alerts::Series& series = all.front();
  fmt::print("{} windows of {} min in {}, {} to {} UTC\n\n", series.windows.size(),
             series.size_ms / alerts::kMinuteMs, scene.source,
             alerts::MomentText(series.windows.front().start_ms),
             alerts::MomentText(series.end_ms()));
  fmt::print("  {:<16} {:>8} {:>7} {:>8} {:>8} {:>9} {:>7} {:>7} {:>8}  {}\n", "rule", "judged",
             "fired", "a day", "a week", "incidents", "spikes", "drops", "missing", "first");
  for (const RuleReplay& replay : replays) {
    const int64_t fired = Fired(replay);
    fmt::print("  {:<16} {:>8} {:>7} {:>8.2f} {:>8.2f} {:>9} {:>7} {:>7} {:>8}  {}\n", replay.rule,
               replay.judged_windows, fired, replay.a_day(fired), 7 * replay.a_day(fired),
               replay.Opened(), replay.Opened(AlertKind::kSpike), replay.Opened(AlertKind::kDrop),
               replay.Opened(AlertKind::kMissing), FirstOf(replay));
  }
  for (const RuleReplay& replay : replays) PrintAlerts(replay, scene.first);
  const RuleReplay& last = replays.back();
  if (IsPublished(last)) return;
  fmt::print("\n  seasonal: at most {} false alarms a week; judges from day {} on\n",
             scene.alarms_per_week, scene.min_history_days + 1);
}

json ReplayJson(const std::vector<alerts::Series>& all, const std::vector<RuleReplay>& replays,
                const ReplayScene& scene) {
  json rules = json::array();
  for (const RuleReplay& replay : replays) {
    json list = json::array();
    for (const alerts::Alert& alert : replay.alerts) list.push_back(ToJson(alert));
    const int64_t fired = Fired(replay);
    rules.push_back({{"rule", replay.rule},
                     {"judged_windows", replay.judged_windows},
                     {"judged_days", replay.judged_days},
                     {"fired", fired},
                     {"a_day", replay.a_day(fired)},
                     {"a_week", 7 * replay.a_day(fired)},
                     {"incidents", replay.Opened()},
                     {"spikes", replay.Opened(AlertKind::kSpike)},
                     {"drops", replay.Opened(AlertKind::kDrop)},
                     {"missing", replay.Opened(AlertKind::kMissing)},
                     {"alerts", list}});
  }
  json result = {{"status", "done"},
                 {"source", scene.source},
                 {"series", all.size()},
                 {"windows", all.empty() ? 0 : all.front().windows.size()},
                 {"alarms_per_week", scene.alarms_per_week},
                 {"rules", rules}};
  if (all.empty()) return result;
  result["window_minutes"] = all.front().size_ms / alerts::kMinuteMs;
  result["from"] = alerts::IsoText(all.front().windows.front().start_ms);
  result["to"] = alerts::IsoText(all.front().end_ms());
  return result;
}

void PrintReplayCsv(const std::vector<RuleReplay>& replays) {
  constexpr const char* kColumns[] = {
      "rule",         "kind",          "state",         "alert_id",   "series",
      "opened_at",    "window_start",  "window_end",    "sessions",   "customers",
      "expected",     "low",           "high",          "recent_avg", "recent_p95",
      "span_windows", "span_sessions", "span_expected", "chance",     "is_final"};
  fmt::print("{}\n", fmt::join(kColumns, ","));
  for (const RuleReplay& replay : replays) {
    for (const alerts::Alert& alert : replay.alerts) {
      const json object = ToJson(alert);
      std::string line;
      for (const char* column : kColumns) {
        line += (line.empty() ? "" : ",") + CsvText(object.at(column));
      }
      fmt::print("{}\n", line);
    }
  }
}

}  // namespace cadenza::cli
