#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/metric.h"
#include "query/session.h"
#include "serve/customer_index.h"
#include "serve/day.h"

namespace cadenza::serve {

/// A window of days and whom to count in it.
struct MetricQuestion {
  Day first = 0, last = 0;  ///< inclusive
  CustomerFilter customers;
};

/// A metric in a window.
struct MetricValue {
  Day first = 0, last = 0;
  int64_t numerator = 0, denominator = 0;
  bool is_complete = false;  ///< the data cover each of its days
};

/// Hundredths of percent, half up as everywhere: 89.93 is 8993. Nothing where the denominator is 0.
std::optional<int64_t> HundredthsOf(int64_t numerator, int64_t denominator);
/// 89.93, or null
std::string PercentJson(std::optional<int64_t> hundredths);

/// What of gold is asked beside the customers, once a run.
struct MetricRule {
  Day window_first = 0, window_last = 0;  ///< of kpi_summary
  int64_t window_days = 1, engaged_sessions = 0;
  Day complete_first = 0, complete_last = -1;  ///< days that the data cover wholly

  static Result<MetricRule> Read(query::Session* session);
  /// Sessions that make an engaged customer in a window of so many days.
  int64_t EngagedSessions(int64_t days) const;
  bool IsComplete(Day first, Day last) const {
    return first >= complete_first && last <= complete_last;
  }
};

/// The customers of a window: from the index where it can tell, else by SQL.
Result<std::vector<CustomerClass>> CountCustomers(const MetricQuestion& question,
                                                  const CustomerIndex* index,
                                                  query::Session* session);

/// A metric of classes of customers; kInternal for a condition that cannot be read.
Result<MetricValue> ValueOf(const lake::Metric& metric, const MetricQuestion& question,
                            const MetricRule& rule, const std::vector<CustomerClass>& classes);

}  // namespace cadenza::serve
