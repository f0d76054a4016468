#pragma once

#include <string>

namespace cadenza::lake {

/// SQL of the customers of a window by what metrics ask of them: sessions, is_paid, customers. Over
/// the tables of gold; `first_day` and `last_day` are SQL of dates, the conditions may be empty.
/// `customer_filter` is one on customer_engagement, `session_filter` one on session_days, which
/// then stands in place of customer_days.
std::string CustomerClassesSql(const std::string& first_day, const std::string& last_day,
                               const std::string& customer_filter,
                               const std::string& session_filter);

/// SQL of the customers of whom a paid subscription overlaps the window: customer_id.
std::string PaidCustomersSql(const std::string& first_day, const std::string& last_day);

/// SQL of the number of sessions that make an engaged customer in a window.
std::string EngagedSessionsSql(const std::string& first_day, const std::string& last_day);

/// SQL of all metrics of a window: metric, value, numerator, denominator, window_start, window_end.
/// What kpi(first_day, last_day) stands for.
std::string WindowMetricsSql(const std::string& first_day, const std::string& last_day);

}  // namespace cadenza::lake
