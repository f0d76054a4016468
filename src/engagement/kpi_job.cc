#include "engagement/kpi_job.h"

#include <algorithm>
#include <iterator>

#include "base/clock.h"
#include "base/version.h"
#include "engagement/gold_refresh.h"
#include "lake/metric.h"
#include "lake/model.h"
#include "lake/run.h"
#include "warehouse/run_record.h"

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

Status RecordRun(lake::Lake* lake, lake::Run* run, const KpiSummary& summary, int64_t started_ms,
                 double seconds) {
  warehouse::JobCounts counts;
  for (const sources::SourceReport& report : summary.inputs) counts.files += report.files;
  return warehouse::StageRunRecord(lake, run,
                                   {.job = "kpi",
                                    .started_ms = started_ms,
                                    .seconds = seconds,
                                    .counts = counts,
                                    .audits = summary.audits});
}

Status DescribeTables(lake::Lake* lake, const std::set<std::string>& changed, KpiSummary* summary) {
  std::vector<std::string> names = KpiTables();
  names.emplace_back("kpi_as_published");
  std::ranges::copy(PredictedTables(), std::back_inserter(names));
  for (const std::string& name : names) {
    const lake::Model& model = *lake::FindModel(name);
    CADENZA_ASSIGN(const lake::TableState state, lake->Load(model));
    if (!state.exists) continue;
    warehouse::TableSummary& table = summary->tables[model.name];
    table.rows = state.rows();
    table.files = static_cast<int64_t>(state.files.size());
    table.version = state.version;
    table.changed = changed.contains(model.name);
  }
  return {};
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
Status CountOddDurations(engine::Engine* engine, const GoldRefresh& gold, KpiSummary* summary) {
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

void Begin(const KpiOptions& options, const char* stage) {
  if (options.on_stage) options.on_stage(stage);
}

}  // namespace

std::vector<std::string> KpiTables() {
  return {"kpi_summary",         "kpi_window",
          "customer_days",       "session_days",
          "paid_spans",          "held_spans",
          "customer_plays",      "days",
          "session_hours",       "customer_engagement",
          "kpi_trend",           "active_listeners",
          "stickiness",          "lifecycle",
          "retention",           "subscription_changes",
          "subscription_funnel", "conversion_trend",
          "listening",           "top_songs",
          "top_artists",         "engagement_by_segment"};
}

std::vector<std::string> PredictedTables() {
  return {"engaged_scores", "engaged_models", "engaged_pr_curve", "engaged_calibration"};
}

Result<KpiSummary> RunKpi(lake::Lake* lake, const KpiOptions& options) {
  const Stopwatch watch;
  const int64_t started_ms = NowMs();
  KpiSummary summary;
  engine::Engine* engine = &lake->engine();
  CADENZA_ASSIGN(std::unique_ptr<lake::Run> run,
                 lake::Run::Begin(lake, lake->manifest().format, options.keep_waiting));
  Begin(options, "reading");
  CADENZA_ASSIGN(SourceFindings source, BindEngagement(lake, options.source));
  summary.seconds["reading"] = watch.seconds();

  Begin(options, "metrics");
  GoldRefresh gold(lake, run.get(), source.bound);
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
  const std::string predicted = PredictedTables().front();
  for (const std::string& table : options.only.empty() ? KpiTables() : options.only) {
    if (table != predicted) CADENZA_TRY(gold.Compute(table));
  }
  CADENZA_TRY(CountOddDurations(engine, gold, &summary));
  CADENZA_TRY(gold.StageRows("kpi_inputs", InputRows(summary.inputs)));
  summary.seconds["metrics"] = watch.seconds() - summary.seconds["reading"];

  if (options.only.empty() || std::ranges::count(options.only, predicted) > 0) {
    Begin(options, "learning");
    const double before_learning = watch.seconds();
    CADENZA_ASSIGN(summary.engaged, PredictEngaged(engine, &gold));
    if (!summary.engaged.why_not.empty()) {
      summary.notes.push_back("no prediction of the engaged: " + summary.engaged.why_not);
      // Those of an earlier window would stand beside figures of this one.
      for (const std::string& table : PredictedTables()) CADENZA_TRY(gold.EmptyTable(table));
    }
    summary.seconds["learning"] = watch.seconds() - before_learning;
  }

  Begin(options, "audits");
  const double before_audits = watch.seconds();
  CADENZA_ASSIGN(summary.audits, warehouse::RunAudits(engine, gold.changed()));
  CADENZA_TRY(warehouse::CheckFindings(summary.audits));
  summary.seconds["audits"] = watch.seconds() - before_audits;

  Begin(options, "commit");
  const double before_commit = watch.seconds();
  summary.changed = !gold.changed().empty();
  if (summary.changed) {
    CADENZA_TRY(RecordRun(lake, run.get(), summary, started_ms, watch.seconds()));
  }
  if (summary.changed || run->has_to_heal()) CADENZA_TRY(run->Commit());
  summary.seconds["commit"] = watch.seconds() - before_commit;
  summary.run = lake->manifest().run;
  // What is committed is done, whatever fails behind it.
  if (const Status described = DescribeTables(lake, gold.changed(), &summary); !described.ok()) {
    summary.warnings.push_back("the run is committed, but its tables could not be looked at: " +
                               described.error().message);
  }
  summary.seconds["total"] = watch.seconds();
  return summary;
}

}  // namespace cadenza::engagement
