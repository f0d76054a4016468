#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "churn/audited_table.h"
#include "lake/lake.h"

namespace cadenza::churn {

/// A column of anybody's table that is a quantity of the whole log, what came after the prediction
/// with it.
struct WholeLogColumn {
  std::string column;
  std::string quantity;  ///< a column of churn_published
  double factor = 1;     ///< column = factor * quantity
  double auc = 0.5;      ///< of the column, against the table's label
  /// Of the quantity as it was at the cut-off, against who cancelled in the days after it; nullopt:
  /// too few did.
  std::optional<double> auc_before;
};

struct WholeLogCheck {
  std::string cut_off;  ///< a date: so many days before the end of the log
  int days = 0;
  int64_t known = 0;      ///< rows of the table whose listener the lake knows
  int64_t at_risk = 0;    ///< listeners at the cut-off
  int64_t cancelled = 0;  ///< of these, in the days after
  std::vector<WholeLogColumn> columns;
};

/// Holds each column of the table against the quantities of the whole log (churn_published: events,
/// plays, pages, sessions, tenure and their rates), listener by listener, and computes those that
/// agree again as of `days` before the end of the log. kUsage when the table has no ids, or the
/// lake has no events; kInput when the lake knows too few of the listeners.
Result<WholeLogCheck> FindWholeLogColumns(lake::Lake* lake, const AuditedTable& table, int days);

}  // namespace cadenza::churn
