#include "lake/metric_sql.h"

#include <fmt/format.h>

#include "lake/metric.h"

namespace cadenza::lake {

std::string CustomerClassesSql(const std::string& first_day, const std::string& last_day,
                               const std::string& customer_filter,
                               const std::string& session_filter) {
  return fmt::format(
      "SELECT sessions, is_paid, CAST(count(*) AS BIGINT) AS customers FROM ("
      "SELECT coalesce(seen.sessions, 0) AS sessions,"
      " coalesce(seen.sessions, 0) > 0 AND paid.customer_id IS NOT NULL AS is_paid"
      " FROM gold.customer_engagement AS customers"
      " LEFT JOIN (SELECT customer_id, CAST(sum(sessions) AS BIGINT) AS sessions FROM gold.{2}"
      " WHERE session_date >= {0} AND session_date <= {1}{3} GROUP BY customer_id) AS seen"
      " ON seen.customer_id = customers.customer_id"
      " LEFT JOIN ({5}) AS paid"
      " ON paid.customer_id = customers.customer_id{4}) AS each_customer GROUP BY sessions, "
      "is_paid",
      first_day, last_day, session_filter.empty() ? "customer_days" : "session_days",
      session_filter.empty() ? "" : " AND " + session_filter,
      customer_filter.empty() ? "" : " WHERE " + customer_filter,
      PaidCustomersSql(first_day, last_day));
}

std::string PaidCustomersSql(const std::string& first_day, const std::string& last_day) {
  return fmt::format(
      "SELECT DISTINCT customer_id FROM gold.paid_spans"
      " WHERE start_time < CAST({1} + 1 AS TIMESTAMP WITH TIME ZONE)"
      " AND (end_time IS NULL OR end_time >= CAST({0} AS TIMESTAMP WITH TIME ZONE))",
      first_day, last_day);
}

std::string EngagedSessionsSql(const std::string& first_day, const std::string& last_day) {
  return fmt::format(
      "SELECT CAST(ceil(CAST(engaged_sessions * (date_diff('day', {}, {}) + 1) AS DOUBLE) / "
      "window_days) AS BIGINT) AS engaged_sessions FROM gold.kpi_window",
      first_day, last_day);
}

std::string WindowMetricsSql(const std::string& first_day, const std::string& last_day) {
  const std::string each = ForEachMetric(
      "SELECT '{metric}' AS metric, {order} AS metric_order,"
      " CAST(sum(CASE WHEN {numerator} THEN customers ELSE 0 END) AS BIGINT) AS numerator,"
      " CAST(sum(CASE WHEN {denominator} THEN customers ELSE 0 END) AS BIGINT) AS denominator"
      " FROM classes");
  return fmt::format(
      "WITH classes AS (SELECT * FROM ({}) AS counted CROSS JOIN ({}) AS rule) "
      "SELECT metric, half_up_percent(numerator, denominator) AS value, numerator, denominator, {} "
      "AS window_start, {} AS window_end FROM ({}) AS metrics ORDER BY metric_order",
      CustomerClassesSql(first_day, last_day, "", ""), EngagedSessionsSql(first_day, last_day),
      first_day, last_day, each);
}

}  // namespace cadenza::lake
