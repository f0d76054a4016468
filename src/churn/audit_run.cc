#include "churn/audit_run.h"

#include <nlohmann/json.hpp>

#include "lake/made_rows.h"
#include "lake/model.h"
#include "warehouse/job.h"
#include "warehouse/model_refresh.h"

namespace cadenza::churn {

Status StageAudit(lake::Lake* lake, warehouse::ModelRefresh* gold, const std::string& file,
                  const LeakAudit& audit) {
  engine::Engine* engine = &lake->engine();
  const lake::Model& model = *lake::FindModel("churn_audit");
  CADENZA_ASSIGN(const std::unique_ptr<lake::MadeRows> rows, lake::MadeRows::Make());
  for (const ColumnVerdict& column : audit.columns) {
    rows->Add({{"file", file},
               {"column_name", column.column},
               {"verdict", VerdictName(column.kind)},
               {"auc_alone", column.auc_alone},
               {"gain", column.gain},
               {"gain_low", column.gain_low},
               {"quiet_auc", audit.quiet_auc},
               {"why", column.why.empty() ? nlohmann::json() : nlohmann::json(column.why)}});
  }
  CADENZA_TRY(rows->Load(engine, "churn_audit_made", model.engine_columns()));
  CADENZA_ASSIGN(const lake::TableState before, lake->Load(model));
  CADENZA_TRY(before.exists ? engine->BindFiles("churn_audit_before", before.Relation())
                            : engine->BindQuery("churn_audit_before",
                                                engine::EmptySelect(model.engine_columns())));
  return gold->StageRows(
      model.name,
      fmt::format("SELECT * FROM churn_audit_before WHERE file <> {} UNION ALL SELECT * "
                  "FROM churn_audit_made",
                  engine::QuoteText(file)));
}

Status KeepAudit(engine::Engine* engine, const std::string& root, const std::string& file,
                 const LeakAudit& audit) {
  CADENZA_ASSIGN(lake::Lake lake, lake::Lake::Open(root, engine));
  CADENZA_ASSIGN(const std::unique_ptr<warehouse::Job> job,
                 warehouse::Job::Begin(&lake, lake.manifest().format, {}));
  warehouse::ModelRefresh gold(&lake, &job->run(), {});
  CADENZA_TRY(StageAudit(&lake, &gold, file, audit));
  warehouse::JobSummary summary;
  summary.changed = !gold.changed().empty();
  return job->Commit(&summary, {});
}

}  // namespace cadenza::churn
