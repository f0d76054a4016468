#include "engagement/kpi_settings.h"

#include "engine/sql_text.h"

namespace cadenza::engagement {
namespace {

using engine::QuoteText;

/// The date as yyyy-mm-dd.
Result<std::string> DateOf(engine::Engine* engine, const char* flag, const std::string& text) {
  const bool is_day = engine::HasNoTimeOfDay(text);
  CADENZA_ASSIGN(const engine::RowSet rows,
                 engine->Query("SELECT CAST(TRY_CAST(" + QuoteText(is_day ? text : "") +
                               " AS DATE) AS VARCHAR)"));
  if (rows.rows[0][0]) return *rows.rows[0][0];
  return MakeError(ErrorKind::kUsage, "{} takes a date such as 2025-07-01, not: {}", flag, text);
}

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

Result<std::optional<SoundDays>> ResolveWindow(engine::Engine* engine, KpiSettings* settings) {
  std::optional<SoundDays> sound;
  if (settings->window_start.empty() || settings->window_end.empty()) {
    CADENZA_ASSIGN(sound, ReadSoundDays(engine));
    if (sound->days.empty()) {
      return MakeError(
          ErrorKind::kInput,
          "there are no sessions to take the window from: set it with --from and --to");
    }
    const DayRange range = LastTwoMonths(sound->days);
    if (settings->window_start.empty()) settings->window_start = range.first;
    if (settings->window_end.empty()) settings->window_end = range.last;
  }
  CADENZA_ASSIGN(settings->window_start, DateOf(engine, "--from", settings->window_start));
  CADENZA_ASSIGN(settings->window_end, DateOf(engine, "--to", settings->window_end));
  if (settings->window_start <= settings->window_end) return sound;
  return MakeError(ErrorKind::kUsage, "the window begins at {} and ends before that: {}",
                   settings->window_start, settings->window_end);
}

Status BindSettings(engine::Engine* engine, const KpiSettings& settings, bool first_paid_converts) {
  CADENZA_TRY(engine->Materialize(
      "kpi_settings",
      fmt::format(
          "SELECT *, CAST(window_start AS TIMESTAMP WITH TIME ZONE) AS window_start_time,"
          " CAST(window_end + 1 AS TIMESTAMP WITH TIME ZONE) AS window_end_time,"
          " CAST(window_end AS TIMESTAMP WITH TIME ZONE) AS last_midnight,"
          " CAST(days_between(window_end, window_start) + 1 AS BIGINT) AS window_days "
          "FROM (SELECT CAST('{}' AS DATE) AS window_start, CAST('{}' AS DATE) AS window_end,"
          " CAST({} AS BIGINT) AS engaged_sessions, {} AS free_word,"
          " CAST({} AS BIGINT) AS retention_days, CAST({} AS BIGINT) AS stream_ms, CAST({} AS "
          "BIGINT) AS early_days,"
          " CAST({} AS BIGINT) AS top_rows, {} AS first_paid_converts, {} AS zone) AS given",
          settings.window_start, settings.window_end, settings.engaged_sessions,
          QuoteText(Lower(settings.free_word)), settings.retention_days,
          settings.stream_seconds * 1000, settings.early_days, settings.top, first_paid_converts,
          QuoteText(settings.zone))));
  std::string statuses;
  for (const std::string& status : settings.paid_statuses) {
    statuses += fmt::format("{}({})", statuses.empty() ? "" : ", ", QuoteText(Lower(status)));
  }
  if (statuses.empty()) {
    return engine->BindQuery("paid_statuses", "SELECT CAST(NULL AS VARCHAR) AS status WHERE false");
  }
  return engine->BindQuery("paid_statuses",
                           "SELECT status FROM (VALUES " + statuses + ") AS given(status)");
}

}  // namespace cadenza::engagement
