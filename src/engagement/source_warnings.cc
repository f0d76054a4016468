#include "engagement/source_warnings.h"

namespace cadenza::engagement {

Status WarnOfIdsThatStartAnew(engine::Engine* engine, SourceFindings* findings) {
  CADENZA_ASSIGN(
      const engine::RowSet ids,
      engine->Query("SELECT count(*), CAST(coalesce(sum(days), 0) AS BIGINT) FROM (SELECT "
                    "count(DISTINCT session_date) AS days FROM delivered_sessions GROUP BY "
                    "customer_id, session_id HAVING count(DISTINCT session_date) > 1) AS several"));
  if (ids.Number() == 0) return {};
  findings->warnings.push_back(fmt::format(
      "sessions: {} ids of sessions come again on other days ({} days in all) and count once each; "
      "if they start anew each day, --daily-session-ids makes them distinct",
      ids.Number(0, 0), ids.Number(0, 1)));
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
          fmt::format("{}: {} of {} rows have no usable time and are left "
                      "out",
                      report.table, report.without_time, report.rows));
    }
    for (const sources::UnreadValues& values : report.unread) {
      findings->warnings.push_back(
          fmt::format("{}: {} {} of {} cannot be read{}, e.g. {} in {}", report.table, values.count,
                      values.count == 1 ? "value" : "values", values.column,
                      report.table == "subscriptions" && values.field == "end_time"
                          ? " and their rows are left out"
                          : "",
                      values.sample, values.place));
    }
    if (!report.rejected.empty()) {
      const sources::RejectedLine& line = report.rejected.front();
      findings->warnings.push_back(
          fmt::format("{}: {} {} no row and {} left out ({}), e.g. line {} of {}: {}", report.table,
                      report.rejected.size(), report.rejected.size() == 1 ? "line is" : "lines are",
                      report.rejected.size() == 1 ? "is" : "are", line.reason, line.line, line.file,
                      line.text.substr(0, 100)));
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

}  // namespace cadenza::engagement
