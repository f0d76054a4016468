#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "engine/sql_text.h"

namespace cadenza::serve {

/// Customers that a metric cannot tell apart, in a window of days.
struct CustomerClass {
  int64_t sessions = 0;
  bool is_paid = false;
  int64_t customers = 0;
};

/// A condition of a metric (lake/metric.h), asked without an engine:
///   condition  = term {"or" term}     term = factor {"and" factor}
///   factor     = "not" factor | "(" condition ")" | "true" | "false" | "is_paid" | comparison
///   comparison = value ("=" | "<>" | "<" | "<=" | ">" | ">=") value
///   value      = "sessions" | "engaged_sessions" | number
class MetricCondition {
 public:
  /// kInput with the text when it is no such condition.
  static Result<MetricCondition> Parse(const std::string& text);

  bool Holds(const CustomerClass& customers, int64_t engaged_sessions) const;

 private:
  struct Reader;
  explicit MetricCondition(const std::string& text) : text_(text) {}

  engine::SqlText text_;
};

}  // namespace cadenza::serve
