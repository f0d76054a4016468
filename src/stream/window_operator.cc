#include "stream/window_operator.h"

#include "stream/fixed_windows.h"
#include "stream/relations.h"
#include "stream/session_windows.h"

namespace cadenza::stream {

WindowOperator::WindowOperator(engine::Engine* engine, const WindowSettings& settings)
    : engine_(engine), settings_(settings) {}

std::unique_ptr<WindowOperator> WindowOperator::Make(engine::Engine* engine,
                                                     const WindowSettings& settings) {
  if (settings.window.kind == WindowKind::kSession) {
    return std::make_unique<SessionWindows>(engine, settings);
  }
  return std::make_unique<FixedWindows>(engine, settings);
}

const std::vector<int64_t>& WindowOperator::DelaysReported() {
  constexpr int64_t kMinute = 60'000'000;
  static const std::vector<int64_t> delays = {0,
                                              kMinute,
                                              5 * kMinute,
                                              10 * kMinute,
                                              15 * kMinute,
                                              30 * kMinute,
                                              60 * kMinute,
                                              120 * kMinute,
                                              360 * kMinute,
                                              1440 * kMinute,
                                              2880 * kMinute,
                                              10080 * kMinute};
  return delays;
}

std::string WindowOperator::Groups(const std::string& prefix) const {
  std::string list;
  for (int g = 1; g <= settings_.groups; ++g) list += fmt::format(", {}group_{}", prefix, g);
  return list;
}

std::string WindowOperator::SameGroups(const std::string& a, const std::string& b) const {
  std::string condition;
  for (int g = 1; g <= settings_.groups; ++g) {
    condition += fmt::format(" AND {}.group_{} IS NOT DISTINCT FROM {}.group_{}", a, g, b, g);
  }
  return condition;
}

int64_t WindowOperator::CutOff(const Watermark& watermark) const {
  if (settings_.correct_within_us == WindowSettings::kForEver || watermark.us == Watermark::kNone) {
    return Watermark::kNone;
  }
  return watermark.us - settings_.correct_within_us;
}

std::string WindowOperator::StillNeeded(const Watermark& watermark) const {
  const int64_t cut_off = CutOff(watermark);
  if (cut_off == Watermark::kNone) return "true";
  // A pane that ended is part of windows that end up to a size later.
  const int64_t beyond_us = settings_.window.hops() ? settings_.window.size_us : 0;
  return fmt::format("epoch_us(window_end) > {}", cut_off - beyond_us);
}

Result<Arrivals> WindowOperator::SumArrived() const {
  CADENZA_ASSIGN(
      const engine::RowSet sums,
      engine_->Query(fmt::format(
          "SELECT CAST(coalesce(sum(events), 0) AS BIGINT), max(last_us) FROM {}", kArrived)));
  Arrivals arrivals;
  arrivals.events = sums.Number(0, 0);
  if (arrivals.events > 0) arrivals.last_us = sums.Number(0, 1);
  return arrivals;
}

Watermark WindowOperator::FollowTime(const Watermark& before, const Arrivals& arrivals,
                                     int64_t now_us, BatchEffect* effect) const {
  effect->rows = arrivals.events;
  if (effect->rows == 0) return before;
  return before.After(arrivals.last_us, settings_.delay_us, now_us);
}

std::string WindowOperator::WindowColumns(const Watermark& watermark) const {
  return fmt::format(
      "make_timestamptz(window_start_us) AS window_start, make_timestamptz(window_end_us) AS "
      "window_end{}, CAST(sessions AS BIGINT) AS sessions, CAST(customers AS BIGINT) AS customers, "
      "round(CAST(sessions AS DOUBLE) * 60000000 / (window_end_us - window_start_us), 2) AS "
      "sessions_per_min, window_end_us <= {} AS is_final",
      Groups(), watermark.us);
}

Status WindowOperator::FillDelays(const std::string& arrived_windows, const Watermark& before,
                                  BatchEffect* effect) {
  if (!before.max_event_us) return {};
  const int64_t newest = *before.max_event_us;
  CADENZA_TRY(engine_->Materialize(
      "stream_behind",
      fmt::format("SELECT window_end_us, sum(events) AS events FROM ({}) AS w WHERE window_end_us "
                  "<= {} GROUP BY window_end_us",
                  arrived_windows, newest)));
  std::string sums;
  for (const int64_t delay : DelaysReported()) {
    sums += fmt::format("{}CAST(coalesce(sum(events) FILTER (window_end_us <= {}), 0) AS BIGINT)",
                        sums.empty() ? "" : ", ", newest - delay);
  }
  CADENZA_ASSIGN(const engine::RowSet rows,
                 engine_->Query("SELECT " + sums + " FROM stream_behind"));
  size_t column = 0;
  for (const int64_t delay : DelaysReported()) {
    const int64_t events = rows.Number(0, column++);
    if (events > 0) effect->late_at_delay[delay] = events;
  }
  return engine_->Drop("stream_behind");
}

Status WindowOperator::MakeWindows(const std::string& rows, BatchEffect* effect) {
  CADENZA_TRY(engine_->Materialize(kWindows, fmt::format("SELECT {} FROM ({}) AS sums",
                                                         WindowColumns(effect->watermark), rows)));
  CADENZA_ASSIGN(const engine::RowSet counts,
                 engine_->Query(fmt::format("SELECT (SELECT count(*) FROM {}), (SELECT count(*) "
                                            "FROM {})",
                                            kWindows, kArrived)));
  effect->windows = counts.Number(0, 0);
  effect->state_rows = counts.Number(0, 1);
  return {};
}

}  // namespace cadenza::stream
