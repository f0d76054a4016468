#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "churn/audited_table.h"

namespace cadenza::churn {

/// What an audit says of one column.
struct ColumnVerdict {
  enum class Kind { kFine, kTrusted, kSuspect, kLeak };
  std::string column;
  Kind kind = Kind::kFine;
  double auc_alone = 0.5;  ///< of other rows than it was learned from
  double gain = 0;         ///< over all quiet columns together; 0 for a quiet one
  double gain_low = 0;     ///< lower end of its 95 %
  std::string why;         ///< in words; empty for a column that is fine
};
const char* VerdictName(ColumnVerdict::Kind kind);

struct LeakAudit {
  size_t rows = 0;
  size_t positives = 0;
  double quiet_auc = 0.5;              ///< of all quiet columns together
  double all_auc = 0.5;                ///< of all columns, with those that leak
  double clean_auc = 0.5;              ///< of all columns without those that leak
  double all_f1 = 0;                   ///< of all columns, at the best threshold
  std::vector<ColumnVerdict> columns;  ///< the worst first
  std::vector<std::string> left_out;

  bool leaks() const;
};

struct LeakAuditOptions {
  std::vector<std::string> trusted;  ///< columns that may tell much
  int seed = 1;
  size_t threads = 2;
};

/// Judges which columns tell the label itself rather than what comes before it.
/// A column tells the label when a range of it, a value or its absence is nearly pure in positives,
/// by an exact bound over all ranges tried. It outdoes the rest when what it adds to all quiet
/// columns together (those with an AUC alone below 0.62) is more than any honest one would; columns
/// under suspicion are never measured against each other, because they hide each other.
Result<LeakAudit> AuditLeaks(const AuditedTable& table, const LeakAuditOptions& options);
/// kUsage when the table lacks one of the columns of --trust.
Status CheckTrusted(const AuditedTable& table, const std::vector<std::string>& trusted);

/// How well rows of two tables can be told apart by the columns that both have, on other rows than
/// it was learned from: 0.5 is not at all.
Result<double> AdversarialAuc(const AuditedTable& one, const AuditedTable& other, int seed);

}  // namespace cadenza::churn
