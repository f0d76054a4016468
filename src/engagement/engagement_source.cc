#include "engagement/engagement_source.h"

#include <algorithm>

#include "engagement/source_warnings.h"
#include "ingest/forgotten.h"
#include "lake/model.h"

namespace cadenza::engagement {
namespace {

Status BindModel(engine::Engine* engine, const std::string& name, const char* model) {
  const lake::Model& found = *lake::FindModel(model);
  if (found.kind == lake::ModelKind::kTemporary) return engine->Materialize(name, found.select);
  return engine->BindQuery(name, found.select);
}

/// The ids of sessions that start anew (1, 2, 3 each day) name a session together with its day.
Status TellApartByDay(engine::Engine* engine) {
  CADENZA_TRY(BindModel(engine, "dated_sessions", "engagement_sessions"));
  return engine->BindQuery(
      "engagement_sessions",
      "SELECT customer_id, concat(session_id, '@', CAST(session_date AS VARCHAR)) AS session_id, "
      "start_time, session_date, duration_ms, platform, device, country FROM dated_sessions");
}

/// A session may be delivered twice, and is one then.
Status SortOutRepeats(engine::Engine* engine, SourceFindings* findings) {
  CADENZA_ASSIGN(const bool may_repeat,
                 engine->MayRepeat("engagement_sessions", {"customer_id", "session_id"}));
  if (!may_repeat) return {};
  CADENZA_ASSIGN(const engine::RowSet hashes,
                 engine->Query(lake::FindModel("session_repeats")->select));
  if (hashes.Number() == 0) return {};
  CADENZA_TRY(BindModel(engine, "delivered_sessions", "engagement_sessions"));
  CADENZA_TRY(BindModel(engine, "engagement_sessions", "unique_sessions"));
  return WarnOfIdsThatStartAnew(engine, findings);
}

/// A row of events or subscriptions that says the same as another counts once.
Status LeaveOutCopies(engine::Engine* engine, sources::SourceReport* report) {
  const std::string source = "source_" + report->table;
  const std::string hash =
      report->table == "events"
          ? "xxhash64(xxhash64(xxhash64(event_id, customer_id), xxhash64(session_id, track_id)), "
            "xxhash64(event_time, event_type))"
          : "xxhash64(xxhash64(customer_id, start_time), xxhash64(subscription_type, end_time))";
  CADENZA_ASSIGN(const engine::RowSet hashes,
                 engine->Query(fmt::format("SELECT count(*) - count(DISTINCT h) FROM (SELECT {} AS "
                                           "h FROM {}) AS hashes",
                                           hash, source)));
  if (hashes.Number() == 0) return {};
  const std::string distinct = "distinct_" + report->table;
  CADENZA_TRY(engine->Materialize(distinct, "SELECT DISTINCT * FROM " + source));
  CADENZA_ASSIGN(const engine::RowSet left,
                 engine->Query(fmt::format("SELECT (SELECT count(*) FROM {}) - (SELECT count(*) "
                                           "FROM {})",
                                           source, distinct)));
  report->repeated = left.Number();
  return engine->BindQuery(source, "SELECT * FROM " + distinct);
}

/// What a table other than sessions has that is no plain row.
Status CountRows(engine::Engine* engine, const sources::TableSchema& schema,
                 sources::SourceReport* report, SourceFindings* findings) {
  std::set<std::string> all;
  for (const sources::Field& field : schema.fields) all.emplace(field.name);
  CADENZA_TRY(sources::CountUnread(engine, all, report));
  CADENZA_TRY(sources::CountUsableRows(engine, schema, report));
  if (schema.name == "events" || schema.name == "subscriptions") {
    CADENZA_TRY(LeaveOutCopies(engine, report));
  }
  if (schema.name == "customers") {
    CADENZA_ASSIGN(const engine::RowSet customers,
                   engine->Query("SELECT count(DISTINCT customer_id) FROM source_customers"));
    report->repeated = report->used_rows - customers.Number();
  }
  if (schema.name == "subscriptions") {
    CADENZA_ASSIGN(const engine::RowSet ends,
                   engine->Query("SELECT count(CASE WHEN end_time < start_time THEN 1 END), "
                                 "count(CASE WHEN end_time = start_time THEN 1 END) FROM "
                                 "source_subscriptions WHERE customer_id IS NOT NULL"));
    report->odd = ends.Number(0, 0);
    if (report->odd > 0) {
      findings->notes.push_back(
          fmt::format("subscriptions: {} end before they begin; nobody converts or cancels by them",
                      report->odd));
    }
    if (ends.Number(0, 1) > 0) {
      findings->notes.push_back(
          fmt::format("subscriptions: {} end when they begin; they count as held at that time, and "
                      "nobody converts or cancels by them",
                      ends.Number(0, 1)));
    }
  }
  report->used_rows -= report->repeated;
  return {};
}

/// What the user says of kinds of events, for the models.
Status BindMappedEvents(engine::Engine* engine, const std::map<std::string, std::string>& actions) {
  std::string rows;
  for (const auto& [kind, action] : actions) {
    rows += fmt::format("{}({}, {})", rows.empty() ? "" : ", ", engine::QuoteText(kind),
                        engine::QuoteText(action));
  }
  if (rows.empty()) {
    return engine->BindQuery(
        "mapped_events",
        "SELECT CAST(NULL AS VARCHAR) AS kind, CAST(NULL AS VARCHAR) AS action "
        "WHERE false");
  }
  return engine->BindQuery("mapped_events",
                           "SELECT kind, action FROM (VALUES " + rows + ") AS given(kind, action)");
}

/// Kinds of events that nobody knows are told of, with how many there are.
Status TellUnknownEvents(engine::Engine* engine, SourceFindings* findings) {
  CADENZA_TRY(BindModel(engine, "event_actions", "event_actions"));
  findings->bound.insert("event_actions");
  CADENZA_ASSIGN(
      const engine::RowSet kinds,
      engine->Query("SELECT events.event_type, count(*) AS n FROM source_events AS events JOIN "
                    "event_actions ON event_actions.event_type = events.event_type WHERE action = "
                    "'unknown' GROUP BY events.event_type ORDER BY n DESC, events.event_type"));
  CADENZA_ASSIGN(const engine::RowSet known,
                 engine->Query("SELECT count(CASE WHEN action IN ('play', 'skip') THEN 1 END), "
                               "count(*) FROM event_actions"));
  constexpr size_t kShown = 8;
  std::string list;
  for (size_t r = 0; r < std::min(kinds.rows.size(), kShown); ++r) {
    list +=
        fmt::format("{}{} ({})", list.empty() ? "" : ", ", kinds.Text(r, 0), kinds.Number(r, 1));
  }
  if (kinds.rows.size() > kShown) list += fmt::format(" and {} more", kinds.rows.size() - kShown);
  if (known.Number(0, 0) == 0 && known.Number(0, 1) > 0) {
    findings->warnings.push_back(
        fmt::format("events: no kind of event is known as a play or a skip{}{}; --event KIND=play "
                    "says what one "
                    "means",
                    list.empty() ? "" : ", there are ", list));
  } else if (!list.empty()) {
    findings->notes.push_back(
        fmt::format("events: kinds that nobody knows count as none: {}; --event KIND=play (skip, "
                    "like, dislike, "
                    "other) says what one means",
                    list));
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

/// Lines that are no rows, against what the user allows; a table of which no line is one is none.
Status CheckRejected(const SourceOptions& options, const SourceFindings& findings) {
  for (const sources::SourceReport& report : findings.reports) {
    const auto bad = static_cast<int64_t>(report.rejected.size());
    if (bad == 0) continue;
    const sources::RejectedLine& line = report.rejected.front();
    const double allowed = options.max_bad >= 0 ? options.max_bad : 1;
    const int64_t all = report.rows + bad;
    const bool too_many = static_cast<double>(bad) > allowed * static_cast<double>(all);
    if (!too_many && (report.rows > 0 || options.max_bad >= 1)) continue;
    return MakeError(ErrorKind::kInput,
                     "{}: {} of {} lines are no rows; nothing was committed (--max-bad 100% takes "
                     "what there is); line {} of {}: {}",
                     report.table, bad, all, line.line, line.file, line.text.substr(0, 100));
  }
  return {};
}

Result<SourceFindings> BindFileTables(lake::Lake* lake, const SourceOptions& options) {
  engine::Engine* engine = &lake->engine();
  SourceFindings findings;
  findings.max_bad = options.max_bad;
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
      CADENZA_TRY(sources::CountUnread(engine, {"end_time", "duration_seconds"}, &report));
    } else {
      CADENZA_TRY(CountRows(engine, schema, &report, &findings));
    }
    findings.reports.push_back(std::move(report));
  }
  findings.traits_in_events = findings.traits_in_events && tables.contains("events");
  CADENZA_TRY(BindModel(engine, "engagement_sessions", "engagement_sessions"));
  if (options.daily_session_ids) CADENZA_TRY(TellApartByDay(engine));
  CADENZA_TRY(SortOutRepeats(engine, &findings));
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
  findings.bound.insert(
      {"engagement_customers", "engagement_sessions", "engagement_subscriptions"});
  CADENZA_TRY(BindMappedEvents(engine, options.event_actions));
  if (tables.contains("events")) CADENZA_TRY(TellUnknownEvents(engine, &findings));
  CADENZA_TRY(CheckRejected(options, findings));
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
    CADENZA_TRY(sources::CountUnread(engine, {"start_time"}, &report));
    if (report.used_rows == 0 && report.rows > 0 && findings->max_bad < 1) {
      const bool has_sample = !report.unread.empty();
      return MakeError(
          ErrorKind::kInput,
          "sessions: none of {} rows has its ids and a time that can be read; nothing "
          "was committed{}{}",
          report.rows, has_sample ? ": " : "",
          has_sample ? report.unread.back().sample + " in " + report.unread.back().place : "");
    }
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
