#include "engagement/kpi_job.h"

#include <algorithm>

#include "lake/metric.h"
#include "lake/model.h"
#include "warehouse/model_refresh.h"

namespace cadenza::engagement {
namespace {

using engine::QuoteText;

std::string TextOrNull(const std::string& text) {
  return text.empty() ? "CAST(NULL AS VARCHAR)" : QuoteText(text);
}

std::string InputRows(const std::vector<sources::SourceReport>& reports) {
  std::string rows;
  for (const sources::SourceReport& report : reports) {
    rows += fmt::format(
        "{}SELECT {} AS source_table, {} AS format, {} AS files, {} AS source_rows, {} AS "
        "used_rows,"
        " {} AS without_ids, {} AS without_time, {} AS repeated, {} AS unread_values, {} AS odd,"
        " {} AS rejected_lines, {} AS columns_taken, {} AS units_taken",
        rows.empty() ? "" : " UNION ALL ", QuoteText(report.table), QuoteText(report.format),
        report.files, report.rows, report.used_rows, report.without_ids, report.without_time,
        report.repeated, report.unread_values(), report.odd, report.rejected.size(),
        TextOrNull(report.columns), TextOrNull(report.units));
  }
  return rows;
}

Result<std::vector<Kpi>> ReadKpis(engine::Engine* engine, const char* table) {
  std::string order;
  for (const lake::Metric& metric : lake::Metrics()) {
    order += fmt::format(" WHEN {} THEN {}", QuoteText(metric.name), metric.order);
  }
  CADENZA_ASSIGN(const engine::RowSet rows,
                 engine->Query(fmt::format("SELECT metric, value, numerator, denominator FROM {} "
                                           "ORDER BY CASE metric{} END",
                                           table, order)));
  std::vector<Kpi> kpis;
  for (size_t r = 0; r < rows.rows.size(); ++r) {
    Kpi kpi;
    kpi.metric = rows.Text(r, 0);
    if (rows.rows[r][1]) kpi.value = std::stod(*rows.rows[r][1]);
    kpi.numerator = rows.Number(r, 2);
    kpi.denominator = rows.Number(r, 3);
    kpis.push_back(std::move(kpi));
  }
  return kpis;
}

warehouse::JobCounts CountsOf(const KpiSummary& summary) {
  warehouse::JobCounts counts;
  for (const sources::SourceReport& report : summary.inputs) counts.files += report.files;
  return counts;
}

void WarnOfStrays(const std::vector<DayCount>& strays, SourceFindings* source) {
  if (strays.empty()) return;
  int64_t sessions = 0;
  for (const DayCount& day : strays) sessions += day.sessions;
  source->warnings.push_back(fmt::format(
      "sessions: {} {} far from all others in time, e.g. on {}; they do not move the window",
      sessions, sessions == 1 ? "begins" : "begin", strays.back().day));
}

/// Of the window, what there are data of.
Status TellCoverage(engine::Engine* engine, KpiSummary* summary) {
  CADENZA_ASSIGN(const engine::RowSet covered,
                 engine->Query("SELECT CAST(min(covered_from) AS VARCHAR), CAST(max(covered_to) AS "
                               "VARCHAR) FROM kpi_summary"));
  summary->covered_from = covered.Text(0, 0);
  summary->covered_to = covered.Text(0, 1);
  if (summary->is_empty()) {
    summary->warnings.push_back(fmt::format("there are no data from {} to {}: the KPIs say nothing",
                                            summary->window_start, summary->window_end));
  } else if (summary->covered_from > summary->window_start ||
             summary->covered_to < summary->window_end) {
    summary->notes.push_back(fmt::format("of the window the data cover {} to {}",
                                         summary->covered_from, summary->covered_to));
  }
  return {};
}

/// Where the days of customers were computed, which leave them out.
Status CountOddDurations(engine::Engine* engine, const warehouse::ModelRefresh& gold,
                         KpiSummary* summary) {
  if (!gold.has("customer_days")) return {};
  CADENZA_ASSIGN(
      const engine::RowSet odd,
      engine->Query("SELECT CAST(coalesce(sum(odd_durations), 0) AS BIGINT) FROM customer_days"));
  if (odd.Number() == 0) return {};
  for (sources::SourceReport& report : summary->inputs) {
    if (report.table == "sessions") report.odd = odd.Number();
  }
  summary->warnings.push_back(fmt::format(
      "sessions: the length of {} is less than nothing or more than a week; it counts as unknown",
      odd.Number()));
  return {};
}

}  // namespace

std::vector<std::string> KpiTables() { return lake::TablesOfJob("kpi", lake::ModelKind::kTable); }

std::vector<std::string> PredictedTables() {
  return lake::TablesOfJob("kpi", lake::ModelKind::kWritten);
}

Result<KpiSummary> RunKpi(lake::Lake* lake, const KpiOptions& options) {
  KpiSummary summary;
  engine::Engine* engine = &lake->engine();
  CADENZA_ASSIGN(const std::unique_ptr<warehouse::Job> job,
                 warehouse::Job::Begin(lake, lake->manifest().format, options));
  job->Stage("reading");
  CADENZA_ASSIGN(SourceFindings source, BindEngagement(lake, options.source));

  job->Stage("metrics");
  warehouse::ModelRefresh gold(lake, &job->run(), source.bound);
  KpiSettings settings = options.settings;
  settings.zone = options.source.reading.zone;
  CADENZA_ASSIGN(const std::optional<SoundDays> sound, ResolveWindow(engine, &settings));
  CADENZA_TRY(BindSettings(engine, settings, !source.is_log));
  CADENZA_TRY(gold.Compute("customer_sessions"));
  CADENZA_TRY(FinishCounts(engine, &source));
  CADENZA_ASSIGN(const std::vector<DayCount> strays,
                 BindSoundSpan(engine, sound ? &*sound : nullptr, &gold));
  WarnOfStrays(strays, &source);
  summary.inputs = std::move(source.reports);
  summary.warnings = std::move(source.warnings);
  summary.notes = std::move(source.notes);
  summary.window_start = settings.window_start;
  summary.window_end = settings.window_end;
  if (source.traits_in_events) CADENZA_TRY(gold.Substitute("session_traits", "event_traits"));
  CADENZA_TRY(gold.Compute("kpi_summary"));
  CADENZA_ASSIGN(summary.kpis, ReadKpis(engine, "kpi_summary"));
  CADENZA_TRY(TellCoverage(engine, &summary));
  if (options.as_published) {
    CADENZA_TRY(gold.Compute("kpi_as_published"));
    CADENZA_ASSIGN(summary.as_published, ReadKpis(engine, "kpi_as_published"));
  }
  for (const std::string& table : options.only.empty() ? KpiTables() : options.only) {
    if (table != kPredicted) CADENZA_TRY(gold.Compute(table));
  }
  CADENZA_TRY(CountOddDurations(engine, gold, &summary));
  CADENZA_TRY(gold.StageRows("kpi_inputs", InputRows(summary.inputs)));

  if (options.only.empty() || std::ranges::count(options.only, kPredicted) > 0) {
    job->Stage("learning");
    CADENZA_ASSIGN(summary.engaged, PredictEngaged(engine, &gold));
    if (!summary.engaged.why_not.empty()) {
      summary.notes.push_back("no prediction of the engaged: " + summary.engaged.why_not);
      // Those of an earlier window would stand beside figures of this one.
      for (const std::string& table : PredictedTables()) CADENZA_TRY(gold.EmptyTable(table));
    }
  }

  CADENZA_TRY(job->Audit(&summary, gold.changed()));
  summary.changed = !gold.changed().empty();
  if (summary.changed) {
    CADENZA_TRY(job->Record("kpi", summary.audits, CountsOf(summary)));
  }
  CADENZA_TRY(job->Commit(&summary, lake::TablesOfJob("kpi")));
  return summary;
}

}  // namespace cadenza::engagement
