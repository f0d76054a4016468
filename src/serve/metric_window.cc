#include "serve/metric_window.h"

#include "lake/metric_sql.h"

namespace cadenza::serve {
namespace {

std::string DateSql(Day day) { return "DATE '" + DayText(day) + "'"; }

/// coalesce(column, 'unknown') IN ('DE', 'FR'), or nothing.
std::string OneOf(const std::string& column, const std::vector<std::string>& values) {
  if (values.empty()) return "";
  std::string list;
  for (const std::string& value : values) {
    list += (list.empty() ? "" : ", ") + engine::QuoteText(value);
  }
  return "coalesce(" + column + ", 'unknown') IN (" + list + ")";
}

std::string And(std::string left, const std::string& right) {
  if (left.empty() || right.empty()) return left + right;
  return std::move(left) + " AND " + right;
}

std::string PlanSql(const std::vector<std::string>& plans) {
  std::string sql;
  for (const std::string& plan : plans) {
    sql += std::string(sql.empty() ? "(" : " OR ") + "paid.customer_id IS " +
           (plan == "paid" ? "NOT NULL" : "NULL");
  }
  return sql.empty() ? sql : sql + ")";
}

Result<Day> DayAt(const engine::RowSet& rows, size_t column) {
  const std::optional<Day> day = ParseDay(rows.Text(0, column));
  if (day) return *day;
  return MakeError(ErrorKind::kNotFound, "the lake has no analysis window (cadenza kpi makes one)");
}

}  // namespace

std::optional<int64_t> HundredthsOf(int64_t numerator, int64_t denominator) {
  if (denominator <= 0) return std::nullopt;
  return (20000 * numerator + denominator) / (2 * denominator);
}

std::string PercentJson(std::optional<int64_t> hundredths) {
  if (!hundredths) return "null";
  const int64_t whole = *hundredths < 0 ? -*hundredths : *hundredths;
  std::string text =
      fmt::format("{}{}.{:02}", *hundredths < 0 ? "-" : "", whole / 100, whole % 100);
  if (text.ends_with('0')) text.pop_back();
  return text;
}

Result<MetricRule> MetricRule::Read(query::Session* session) {
  MetricRule rule;
  CADENZA_ASSIGN(const query::Answer window,
                 session->Query("SELECT window_start, window_end, window_days, engaged_sessions "
                                "FROM gold.kpi_window"));
  if (window.rows.rows.empty()) {
    return MakeError(ErrorKind::kNotFound,
                     "the lake has no analysis window (cadenza kpi makes one)");
  }
  CADENZA_ASSIGN(rule.window_first, DayAt(window.rows, 0));
  CADENZA_ASSIGN(rule.window_last, DayAt(window.rows, 1));
  rule.window_days = std::max<int64_t>(1, window.rows.Number(0, 2));
  rule.engaged_sessions = window.rows.Number(0, 3);
  CADENZA_ASSIGN(const query::Answer days,
                 session->Query("SELECT min(date), max(date) FROM gold.days WHERE is_complete"));
  const auto first = ParseDay(days.rows.Text(0, 0)), last = ParseDay(days.rows.Text(0, 1));
  if (first && last) {
    rule.complete_first = *first;
    rule.complete_last = *last;
  }
  return rule;
}

int64_t MetricRule::EngagedSessions(int64_t days) const {
  return (engaged_sessions * days + window_days - 1) / window_days;
}

Result<std::vector<CustomerClass>> CountCustomers(const MetricQuestion& question,
                                                  const CustomerIndex* index,
                                                  query::Session* session) {
  if (index && index->CanTell(question.first, question.last, question.customers)) {
    return index->Count(question.first, question.last, question.customers);
  }
  const std::string sql =
      lake::CustomerClassesSql(DateSql(question.first), DateSql(question.last),
                               And(OneOf("customers.country", question.customers.countries),
                                   PlanSql(question.customers.plans)),
                               And(OneOf("platform", question.customers.platforms),
                                   OneOf("device", question.customers.devices)));
  CADENZA_ASSIGN(const query::Answer answer, session->Query(sql));
  std::vector<CustomerClass> classes;
  for (size_t r = 0; r < answer.rows.rows.size(); ++r) {
    classes.push_back(
        {answer.rows.Number(r, 0), answer.rows.Text(r, 1) == "true", answer.rows.Number(r, 2)});
  }
  return classes;
}

Result<MetricValue> ValueOf(const lake::Metric& metric, const MetricQuestion& question,
                            const MetricRule& rule, const std::vector<CustomerClass>& classes) {
  CADENZA_ASSIGN(const MetricCondition numerator, MetricCondition::Parse(metric.numerator));
  CADENZA_ASSIGN(const MetricCondition denominator, MetricCondition::Parse(metric.denominator));
  const int64_t engaged = rule.EngagedSessions(question.last - question.first + 1);
  MetricValue value;
  value.first = question.first;
  value.last = question.last;
  value.is_complete = rule.IsComplete(question.first, question.last);
  for (const CustomerClass& each : classes) {
    if (numerator.Holds(each, engaged)) value.numerator += each.customers;
    if (denominator.Holds(each, engaged)) value.denominator += each.customers;
  }
  return value;
}

}  // namespace cadenza::serve
