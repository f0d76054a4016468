#include "alerts/alert_tables.h"

#include <cstdlib>

#include "lake/table_rows.h"

namespace cadenza::alerts {
namespace {

using engine::QuoteText;

const lake::Model& TableOf(const char* name) { return *lake::FindModel(name); }

/// Binds the table under its name; false when the lake has none.
Result<bool> Bind(lake::Lake* lake, const char* name) {
  CADENZA_ASSIGN(const lake::TableState state, lake->Load(TableOf(name)));
  if (!state.exists || state.files.empty()) return false;
  CADENZA_TRY(lake->engine().BindFiles(name, state.Relation()));
  return true;
}

std::string Moment(int64_t ms) { return fmt::format("timestamp_millis({})", ms); }
std::string NumberOrNull(bool is_known, double value) {
  return is_known ? fmt::format("{:.17g}", value) : "NULL";
}

/// Rows in the order of the model's columns, as SQL tuples.
Status Stage(lake::Lake* lake, lake::Run* run, const char* table,
             const std::vector<std::string>& tuples, bool replace) {
  const lake::Model& model = TableOf(table);
  CADENZA_ASSIGN(const lake::TableState before, lake->Load(model));
  lake::TableChange change;
  change.remove_all = replace && before.exists;
  CADENZA_ASSIGN(change.added, lake::WriteTuples(lake, *run, model, tuples));
  run->Stage(model, before, {}, std::move(change));
  return {};
}

double DoubleAt(const engine::RowSet& rows, size_t row, size_t column) {
  return std::strtod(rows.Text(row, column).c_str(), nullptr);
}

AlertKind KindNamed(const std::string& name) {
  if (name == KindName(AlertKind::kSpike)) return AlertKind::kSpike;
  return name == KindName(AlertKind::kDrop) ? AlertKind::kDrop : AlertKind::kMissing;
}

DeliveryResult ResultNamed(const std::string& name) {
  for (const DeliveryResult result :
       {DeliveryResult::kBegun, DeliveryResult::kDelivered, DeliveryResult::kRefused}) {
    if (ResultName(result) == name) return result;
  }
  return DeliveryResult::kFailed;
}

}  // namespace

Result<CheckPoints> ReadCheckPoints(lake::Lake* lake) {
  CheckPoints points;
  CADENZA_ASSIGN(const bool is_there, Bind(lake, "alert_checks"));
  if (!is_there) return points;
  CADENZA_ASSIGN(const engine::RowSet rows,
                 lake->engine().Query("SELECT windows_table, rule, series, epoch_ms(judged_until), "
                                      "state FROM alert_checks"));
  for (size_t r = 0; r < rows.rows.size(); ++r) {
    CADENZA_ASSIGN(const IncidentState state, IncidentState::FromJson(rows.Text(r, 4)));
    points[{rows.Text(r, 0), rows.Text(r, 1), rows.Text(r, 2)}] = {rows.Number(r, 3), state};
  }
  return points;
}

Result<std::vector<Alert>> ReadAlerts(lake::Lake* lake, int64_t judged_from_ms) {
  std::vector<Alert> alerts;
  CADENZA_ASSIGN(const bool is_there, Bind(lake, "sessions_alerts"));
  if (!is_there) return alerts;
  CADENZA_ASSIGN(
      const engine::RowSet rows,
      lake->engine().Query(fmt::format(
          "SELECT state, rule, kind, series, epoch_ms(opened_at), epoch_ms(window_start),"
          " epoch_ms(window_end), sessions, customers, expected, low, high, recent_avg, recent_p95,"
          " span_windows, span_sessions, span_expected, chance, is_final, windows_table "
          "FROM sessions_alerts WHERE judged_at >= {} ORDER BY window_start, alert_id, state DESC",
          Moment(judged_from_ms))));
  for (size_t r = 0; r < rows.rows.size(); ++r) {
    Alert& alert = alerts.emplace_back();
    alert.is_open = rows.Text(r, 0) == "opened";
    alert.rule = rows.Text(r, 1);
    alert.kind = KindNamed(rows.Text(r, 2));
    alert.series = rows.Text(r, 3);
    alert.opened_ms = rows.Number(r, 4);
    alert.window_start_ms = rows.Number(r, 5);
    alert.window_end_ms = rows.Number(r, 6);
    alert.sessions = rows.Number(r, 7);
    alert.customers = rows.rows[r][8] ? rows.Number(r, 8) : -1;
    alert.expected = DoubleAt(rows, r, 9);
    alert.low = DoubleAt(rows, r, 10);
    alert.high = DoubleAt(rows, r, 11);
    alert.recent_avg = DoubleAt(rows, r, 12);
    alert.recent_p95 = DoubleAt(rows, r, 13);
    alert.span_windows = rows.Number(r, 14);
    alert.span_sessions = rows.Number(r, 15);
    alert.span_expected = DoubleAt(rows, r, 16);
    alert.chance = DoubleAt(rows, r, 17);
    alert.is_final = rows.Text(r, 18) == "true";
    alert.table = rows.Text(r, 19);
    if (alert.table.starts_with("events_")) alert.counted = "events";
  }
  return alerts;
}

Result<std::set<std::string>> ReadAlertKeys(lake::Lake* lake, int64_t window_from_ms) {
  std::set<std::string> keys;
  CADENZA_ASSIGN(const bool is_there, Bind(lake, "sessions_alerts"));
  if (!is_there) return keys;
  CADENZA_ASSIGN(
      const engine::RowSet rows,
      lake->engine().Query(fmt::format("SELECT windows_table || '/' || alert_id || ':' || state "
                                       "FROM sessions_alerts WHERE window_start >= {}",
                                       Moment(window_from_ms))));
  for (size_t r = 0; r < rows.rows.size(); ++r) keys.insert(rows.Text(r));
  return keys;
}

Result<std::vector<DeliveryRecord>> ReadDeliveries(lake::Lake* lake, int64_t from_ms) {
  std::vector<DeliveryRecord> records;
  CADENZA_ASSIGN(const bool is_there, Bind(lake, "deliveries"));
  if (!is_there) return records;
  CADENZA_ASSIGN(
      const engine::RowSet rows,
      lake->engine().Query(fmt::format(
          "SELECT alert_id, state, channel, attempt, epoch_ms(attempted_at), result, detail,"
          " epoch_ms(next_attempt_at) FROM deliveries WHERE attempted_at >= {}",
          Moment(from_ms))));
  for (size_t r = 0; r < rows.rows.size(); ++r) {
    records.push_back({rows.Text(r, 0), rows.Text(r, 1), rows.Text(r, 2), rows.Number(r, 3),
                       rows.Number(r, 4), ResultNamed(rows.Text(r, 5)), rows.Text(r, 6),
                       rows.Number(r, 7)});
  }
  return records;
}

Status StageCheckPoints(lake::Lake* lake, lake::Run* run, const CheckPoints& points,
                        int64_t now_ms) {
  if (points.empty()) return {};
  std::vector<std::string> tuples;
  for (const auto& [key, point] : points) {
    tuples.push_back(fmt::format("({}, {}, {}, {}, {}, {})", QuoteText(key.windows_table),
                                 QuoteText(key.rule), QuoteText(key.series),
                                 Moment(point.judged_until_ms), QuoteText(point.state.ToJson()),
                                 Moment(now_ms)));
  }
  return Stage(lake, run, "alert_checks", tuples, true);
}

Status StageAlerts(lake::Lake* lake, lake::Run* run, const std::vector<Alert>& alerts,
                   const std::string& windows_table, int64_t now_ms) {
  if (alerts.empty()) return {};
  std::vector<std::string> tuples;
  for (const Alert& a : alerts) {
    const bool expects = a.expected > 0;
    tuples.push_back(fmt::format(
        "({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})",
        QuoteText(a.Id()), QuoteText(a.State()), QuoteText(a.rule), QuoteText(KindName(a.kind)),
        QuoteText(windows_table), a.series.empty() ? "NULL" : QuoteText(a.series),
        Moment(a.opened_ms), Moment(a.window_start_ms), Moment(a.window_end_ms), a.sessions,
        a.customers < 0 ? "NULL" : std::to_string(a.customers), NumberOrNull(expects, a.expected),
        NumberOrNull(expects, a.low), NumberOrNull(true, a.high), NumberOrNull(true, a.recent_avg),
        NumberOrNull(true, a.recent_p95), a.span_windows, a.span_sessions,
        NumberOrNull(expects, a.span_expected), NumberOrNull(expects, a.chance), a.is_final,
        Moment(now_ms)));
  }
  return Stage(lake, run, "sessions_alerts", tuples, false);
}

Status StageDeliveries(lake::Lake* lake, lake::Run* run,
                       const std::vector<DeliveryRecord>& records) {
  if (records.empty()) return {};
  std::vector<std::string> tuples;
  for (const DeliveryRecord& record : records) {
    tuples.push_back(
        fmt::format("({}, {}, {}, {}, {}, {}, {}, {})", QuoteText(record.alert_id),
                    QuoteText(record.state), QuoteText(record.channel), record.attempt,
                    Moment(record.at_ms), QuoteText(ResultName(record.result)),
                    record.detail.empty() ? "NULL" : QuoteText(record.detail),
                    record.next_attempt_ms == 0 ? "NULL" : Moment(record.next_attempt_ms)));
  }
  return Stage(lake, run, "deliveries", tuples, false);
}

}  // namespace cadenza::alerts
