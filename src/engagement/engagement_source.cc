#include "engagement/engagement_source.h"

#include <algorithm>

#include "ingest/forgotten.h"
#include "lake/model.h"

namespace cadenza::engagement {
namespace {

Status BindModel(engine::Engine* engine, const std::string& name, const char* model) {
  const lake::Model& found = *lake::FindModel(model);
  if (found.kind == lake::ModelKind::kTemporary) return engine->Materialize(name, found.select);
  return engine->BindQuery(name, found.select);
}

/// A session may be delivered twice, and is one then.
Status SortOutRepeats(engine::Engine* engine) {
  CADENZA_ASSIGN(const bool may_repeat,
                 engine->MayRepeat("engagement_sessions", {"customer_id", "session_id"}));
  if (!may_repeat) return {};
  CADENZA_ASSIGN(const engine::RowSet hashes,
                 engine->Query(lake::FindModel("session_repeats")->select));
  if (hashes.Number() == 0) return {};
  CADENZA_TRY(BindModel(engine, "delivered_sessions", "engagement_sessions"));
  CADENZA_TRY(BindModel(engine, "engagement_sessions", "unique_sessions"));
  return {};
}

void WarnOfUnusable(SourceFindings* findings) {
  for (const sources::SourceReport& report : findings->reports) {
    if (report.without_ids > 0) {
      findings->warnings.push_back(fmt::format("{}: {} of {} rows have no id and are left out",
                                               report.table, report.without_ids, report.rows));
    }
    if (report.without_time > 0) {
      findings->warnings.push_back(
          fmt::format("{}: {} of {} rows have no usable time and are left out{}{}", report.table,
                      report.without_time, report.rows, report.bad_sample.empty() ? "" : ", e.g. ",
                      report.bad_sample));
    }
  }
}

Status WarnOfUnknownCustomers(engine::Engine* engine, SourceFindings* findings) {
  CADENZA_ASSIGN(
      const engine::RowSet unknown,
      engine->Query("SELECT count(*) FROM customer_sessions AS s WHERE NOT EXISTS (SELECT 1 "
                    "FROM engagement_customers AS c WHERE c.customer_id = "
                    "s.customer_id)"));
  if (unknown.Number() > 0) {
    findings->warnings.push_back(
        fmt::format("{} customers have sessions but are not in customers; no KPI counts them",
                    unknown.Number()));
  }
  return {};
}

/// The lake's list, with its marks where the engine of the models reads.
Result<ingest::Forgotten> BindForgotten(lake::Lake* lake) {
  CADENZA_ASSIGN(ingest::Forgotten forgotten, ingest::Forgotten::Read(*lake));
  engine::Engine& engine = lake->engine();
  if (forgotten.empty() || &engine == &engine.here()) return forgotten;
  CADENZA_ASSIGN(const lake::TableState state, lake->Load(*lake::FindModel("forgotten")));
  CADENZA_TRY(engine.BindFiles("forgotten_before", state.Relation()));
  CADENZA_TRY(
      engine.BindQuery("forgotten_marks", "SELECT DISTINCT mark_hash FROM forgotten_before"));
  return forgotten;
}

/// Takes the rows of forgotten listeners out of source_<table>. A hash takes longer than all else
/// that is done with a row: one for each customer, not each row.
Status LeaveOutForgotten(engine::Engine* engine, const ingest::Forgotten& forgotten,
                         sources::SourceReport* report) {
  if (forgotten.empty() || !report->fields.contains("customer_id")) return {};
  const std::string source = "source_" + report->table;
  const std::string customers = "forgotten_of_" + report->table;
  CADENZA_TRY(engine->Materialize(
      customers, fmt::format("SELECT customer_id, delivered FROM (SELECT customer_id, count(*) AS "
                             "delivered FROM {} GROUP BY customer_id) AS customers WHERE {}",
                             source, forgotten.IsListener("customer_id"))));
  CADENZA_ASSIGN(
      const engine::RowSet rows,
      engine->Query("SELECT CAST(coalesce(sum(delivered), 0) AS BIGINT) FROM " + customers));
  report->forgotten = rows.Number();
  report->rows -= report->forgotten;
  if (report->forgotten == 0) return {};
  return engine->BindQuery(
      source, fmt::format("SELECT s.* FROM ({}) AS s WHERE NOT EXISTS (SELECT 1 FROM {} AS f WHERE "
                          "f.customer_id = s.customer_id)",
                          report->select, customers));
}

Result<SourceFindings> BindFileTables(lake::Lake* lake, const SourceOptions& options) {
  engine::Engine* engine = &lake->engine();
  SourceFindings findings;
  if (options.is_on_s3()) CADENZA_TRY(engine->ReachS3());
  CADENZA_ASSIGN(const auto tables,
                 sources::FindTables(options.folder, options.named, lake->s3().get()));
  CADENZA_ASSIGN(const ingest::Forgotten forgotten, BindForgotten(lake));
  if (!tables.contains("sessions")) {
    return MakeError(ErrorKind::kInput,
                     "the source has no sessions (sessions.parquet, .json, .csv "
                     "or a folder sessions/); name them with --table sessions=PATH: {}",
                     options.folder);
  }
  for (const sources::TableSchema& schema : sources::SourceTables()) {
    const auto files = tables.find(std::string(schema.name));
    if (files == tables.end()) {
      CADENZA_TRY(sources::BindEmptySourceTable(engine, schema));
      continue;
    }
    CADENZA_ASSIGN(sources::SourceReport report,
                   sources::BindSourceTable(engine, schema, files->second, options.reading));
    CADENZA_TRY(LeaveOutForgotten(engine, forgotten, &report));
    if (report.forgotten > 0) {
      findings.notes.push_back(
          fmt::format("{}: {} rows of listeners who were forgotten (ops.forgotten) are left out",
                      report.table, report.forgotten));
    }
    if (schema.name == "sessions") {
      findings.traits_in_events = !report.HasTraits();
    } else {
      CADENZA_TRY(sources::CountUsableRows(engine, schema, &report));
    }
    findings.reports.push_back(std::move(report));
  }
  findings.traits_in_events = findings.traits_in_events && tables.contains("events");
  CADENZA_TRY(BindModel(engine, "engagement_sessions", "engagement_sessions"));
  CADENZA_TRY(SortOutRepeats(engine));
  const bool has_customers = tables.contains("customers");
  CADENZA_TRY(BindModel(engine, "engagement_customers",
                        has_customers ? "engagement_customers" : "session_customers"));
  if (!has_customers) {
    findings.warnings.emplace_back(
        "the source has no customers: whoever has a session counts as one, so adoption is 100 %");
  }
  CADENZA_TRY(BindModel(engine, "engagement_subscriptions", "engagement_subscriptions"));
  CADENZA_TRY(
      engine->BindQuery("engagement_cancellations",
                        "SELECT CAST(NULL AS VARCHAR) AS customer_id, CAST(NULL AS TIMESTAMP "
                        "WITH TIME ZONE) AS cancelled_time WHERE false"));
  findings.bound = {"engagement_customers", "engagement_sessions", "engagement_subscriptions"};
  if (!tables.contains("subscriptions")) {
    findings.warnings.emplace_back("the source has no subscriptions: nobody counts as paid");
  }
  return findings;
}

/// Sessions and levels of the lake's own events.
Result<SourceFindings> BindLakeTables(lake::Lake* lake) {
  engine::Engine* engine = &lake->engine();
  SourceFindings findings;
  for (const char* table : {"events", "user_levels"}) {
    CADENZA_ASSIGN(const lake::TableState state, lake->Load(*lake::FindModel(table)));
    if (!state.exists) {
      return MakeError(
          ErrorKind::kUsage,
          "nothing to compute from: the lake {} has no {} (cadenza etl makes them), and "
          "no --source is given",
          lake->root(), table);
    }
    CADENZA_TRY(engine->BindFiles(table, state.Relation()));
    sources::SourceReport report;
    report.table = table;
    report.format = "lake";
    report.files = static_cast<int64_t>(state.files.size());
    report.rows = report.used_rows = state.rows();
    findings.reports.push_back(std::move(report));
  }
  CADENZA_TRY(BindModel(engine, "settled_events", "settled_events"));
  CADENZA_TRY(
      engine->Materialize("engagement_customers", lake::FindModel("log_customers")->select));
  CADENZA_TRY(BindModel(engine, "engagement_sessions", "log_sessions"));
  CADENZA_TRY(BindModel(engine, "engagement_subscriptions", "log_subscriptions"));
  CADENZA_TRY(BindModel(engine, "engagement_events", "log_events"));
  CADENZA_TRY(BindModel(engine, "engagement_cancellations", "log_cancellations"));
  findings.bound = {"engagement_customers", "engagement_sessions", "engagement_subscriptions",
                    "engagement_events"};
  findings.is_log = true;
  return findings;
}

}  // namespace

bool SourceOptions::is_on_s3() const {
  if (s3::IsAddress(folder)) return true;
  for (const auto& [table, patterns] : named) {
    if (std::ranges::any_of(patterns, [](const auto& path) { return s3::IsAddress(path); })) {
      return true;
    }
  }
  return false;
}

Status FinishCounts(engine::Engine* engine, SourceFindings* findings) {
  if (findings->is_log) return {};
  for (sources::SourceReport& report : findings->reports) {
    if (report.table != "sessions") continue;
    CADENZA_ASSIGN(
        const engine::RowSet used,
        engine->Query(
            "SELECT CAST(coalesce(sum(sessions_ever), 0) AS BIGINT) FROM customer_sessions"));
    report.used_rows = used.Number();
    if (report.used_rows == report.rows) {
      report.repeated = 0;
      continue;
    }
    CADENZA_TRY(sources::CountUsableRows(engine, *sources::FindSourceTable("sessions"), &report));
    report.repeated = report.used_rows - used.Number();
    report.used_rows = used.Number();
  }
  CADENZA_TRY(WarnOfUnknownCustomers(engine, findings));
  WarnOfUnusable(findings);
  return {};
}

Result<SourceFindings> BindEngagement(lake::Lake* lake, const SourceOptions& options) {
  if (options.is_lake()) return BindLakeTables(lake);
  return BindFileTables(lake, options);
}

}  // namespace cadenza::engagement
