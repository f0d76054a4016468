#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "churn/leak_audit.h"
#include "churn/whole_log.h"
#include "engine/engine.h"

namespace cadenza::cli {

/// `cadenza churn audit FILE`: does a column of anybody's table tell the label?
class ChurnAudit {
 public:
  void Declare(CLI::App* app);
  const std::string& file() const { return table_.file; }
  Status CheckUsage() const;
  /// 3 when something leaks. `lake`: where churn_audit is kept, and whose log the columns are held
  /// against, as of `days` before its end; empty: none.
  Result<int> Run(engine::Engine* engine, const std::string& lake, int days, int seed,
                  size_t threads, bool as_json);

 private:
  void Print(const churn::LeakAudit& audit) const;
  void PrintAuditJson(const churn::LeakAudit& audit) const;
  Status Compare(engine::Engine* engine, const churn::AuditedTable& table, int seed);
  Status HoldAgainstLog(engine::Engine* engine, const std::string& root, int days,
                        const churn::AuditedTable& table);
  void PrintWholeLog() const;

  churn::TableToAudit table_;
  churn::LeakAuditOptions options_;
  std::string test_file_;
  std::optional<churn::WholeLogCheck> whole_log_;
  std::string why_not_;  ///< the columns were not held against the log
  struct Comparison {
    bool is_made = false;
    int64_t shared_listeners = -1;  ///< -1: no ids to compare
    double adversarial_auc = 0.5;
  } comparison_;
};

}  // namespace cadenza::cli
