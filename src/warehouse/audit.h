#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "lake/model.h"

namespace cadenza::warehouse {

struct AuditFinding {
  std::string audit;
  std::string table;
  bool is_warning = false;
  int64_t failures = 0;
  std::string sample;  ///< the first offending rows as text
};

/// Runs the audits of models/audits on the tables named, which must be bound: those that follow the
/// catalogue on the engine here, the others where the engine computes.
Result<std::vector<AuditFinding>> RunAudits(engine::Engine* engine,
                                            const std::set<std::string>& tables);

/// Runs one audit.
Result<AuditFinding> RunAudit(engine::Engine* engine, const lake::Model& audit);

/// kInput with audit and rows when one that is no warning found something.
Status CheckFindings(const std::vector<AuditFinding>& findings);

}  // namespace cadenza::warehouse
