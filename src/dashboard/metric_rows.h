#pragma once

#include <string>

#include "base/result.h"
#include "query/session.h"
#include "serve/customer_index.h"

namespace cadenza::dashboard {

/// For which days and whom metrics are asked; an empty filter is all.
struct MetricRowsRequest {
  std::string from, to;  ///< 2025-07-01, both inclusive
  std::string grain;     ///< day, week, month
  std::string country, plan, platform, device;
};

/// SQL of the relation `window_metrics`: each metric in the window, and what changed against the
/// window of equal length before, where the data cover both. Columns: place, metric, title, tells,
/// value, numerator, denominator, change, comparison, is_complete.
Result<std::string> WindowMetricsSql(const MetricRowsRequest& request,
                                     const serve::CustomerIndex* index, query::Session* session);

/// SQL of the relation `period_metrics`: each metric in each day, week or month that the window
/// touches. Columns: place, metric, title, period_start, value, numerator, denominator,
/// is_complete.
Result<std::string> PeriodMetricsSql(const MetricRowsRequest& request,
                                     const serve::CustomerIndex* index, query::Session* session);

}  // namespace cadenza::dashboard
