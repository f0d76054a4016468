#include "warehouse/audit.h"

#include "lake/model.h"

namespace cadenza::warehouse {
namespace {

constexpr int kSampleRows = 5;

std::string Sample(const engine::RowSet& rows) {
  std::string text;
  for (const auto& row : rows.rows) {
    if (!text.empty()) text += "; ";
    for (size_t c = 0; c < row.size(); ++c) {
      text +=
          fmt::format("{}{}={}", c == 0 ? "" : " ", rows.columns[c].name, row[c].value_or("NULL"));
    }
  }
  return text;
}

Result<int64_t> CountFailures(engine::Engine* engine, const lake::Model& audit) {
  if (!audit.unique_columns.empty()) {
    CADENZA_ASSIGN(const bool may_repeat,
                   engine->MayRepeat(audit.audited_table, audit.unique_columns));
    if (!may_repeat) return 0;
  }
  if (!audit.value_column.empty()) {
    CADENZA_ASSIGN(const bool may_miss,
                   engine->MayMiss({audit.audited_table, audit.value_column}, audit.within));
    if (!may_miss) return 0;
  }
  CADENZA_ASSIGN(const engine::RowSet count,
                 engine->Query("SELECT count(*) FROM (" + audit.select + "\n) AS audit"));
  return count.Number();
}

}  // namespace

Result<AuditFinding> RunAudit(engine::Engine* engine, const lake::Model& audit) {
  AuditFinding finding;
  finding.audit = audit.name;
  finding.table = audit.audited_table;
  finding.is_warning = audit.is_warning;
  CADENZA_ASSIGN(finding.failures, CountFailures(engine, audit));
  if (finding.failures > 0) {
    CADENZA_ASSIGN(const engine::RowSet rows,
                   engine->Query(fmt::format("SELECT * FROM ({}\n) AS audit LIMIT {}", audit.select,
                                             kSampleRows)));
    finding.sample = Sample(rows);
  }
  return finding;
}

Result<std::vector<AuditFinding>> RunAudits(engine::Engine* engine,
                                            const std::set<std::string>& tables) {
  std::vector<AuditFinding> findings;
  for (const lake::Model& model : lake::Models()) {
    if (model.kind != lake::ModelKind::kAudit || !tables.contains(model.audited_table)) continue;
    const lake::Model* table = lake::FindModel(model.audited_table);
    const bool is_here = table && table->refresh == lake::Refresh::kCatalogue;
    CADENZA_ASSIGN(AuditFinding finding, RunAudit(is_here ? &engine->here() : engine, model));
    findings.push_back(std::move(finding));
  }
  return findings;
}

Status CheckFindings(const std::vector<AuditFinding>& findings) {
  std::string failed;
  for (const AuditFinding& finding : findings) {
    if (finding.failures == 0 || finding.is_warning) continue;
    failed +=
        fmt::format("\n  {}: {} rows, e.g. {}", finding.audit, finding.failures, finding.sample);
  }
  if (failed.empty()) return {};
  return MakeError(ErrorKind::kInput, "audits failed, nothing was committed:{}", failed);
}

}  // namespace cadenza::warehouse
