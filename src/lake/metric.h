#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cadenza::lake {

/// One .sql file of models/metrics: a share of customers, told by two conditions on one customer in
/// a window of days. They may name
///   sessions          BIGINT    sessions that start in the window
///   is_paid           BOOLEAN   a paid subscription overlaps the window; false without sessions
///   engaged_sessions  BIGINT    sessions that make an engaged customer in a window of this length
/// The value is numerator / denominator in percent, rounded half up. Customers are distinct: a
/// metric of them does not add up over windows, and its file says so.
struct Metric {
  std::string name;
  std::string summary;
  std::string title;
  std::string unit;
  bool adds_up = false;  ///< over windows
  int order = 0;
  std::string numerator, denominator;
};

/// All metrics, in their order. Parsed once.
const std::vector<Metric>& Metrics();
/// nullptr when there is none of that name.
const Metric* FindMetric(std::string_view name);

/// The grammar is that of a model's header: `-- name: summary`, then title, unit, adds_up, order,
/// numerator and denominator, all needed. kInput names what is missing or cannot be.
Result<Metric> ParseMetric(std::string_view text);

/// A SELECT that is written for one metric, for all of them: {metric}, {order}, {numerator} and
/// {denominator} are filled in, and UNION ALL stands between. A model with `each: metric` in its
/// header has its SELECT so.
std::string ForEachMetric(std::string_view select);

}  // namespace cadenza::lake
