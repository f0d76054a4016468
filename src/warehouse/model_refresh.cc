#include "warehouse/model_refresh.h"

#include "lake/model_graph.h"
#include "lake/table_rows.h"

namespace cadenza::warehouse {

Result<bool> StageInPlace(lake::Lake* lake, lake::Run* run, const lake::Model& table,
                          bool in_any_case) {
  engine::Engine& engine = lake->engine();
  CADENZA_ASSIGN(const lake::TableState before, lake->Load(table));
  const std::string rows = lake::TypedRows(table, table.name);
  if (before.exists && !in_any_case) {
    CADENZA_ASSIGN(const bool differs, lake::DifferFromTable(&engine, rows, before));
    if (!differs) return false;
  }
  lake::TableChange change;
  change.remove_all = before.exists;
  if (engine.commits_tables()) {
    change.select = rows;
  } else {
    CADENZA_ASSIGN(change.added, engine.Write(run->Request(table, table.partition_columns, rows)));
  }
  run->Stage(table, before, table.partition_columns, std::move(change));
  return true;
}

Status ModelRefresh::ComputeReads(const lake::Model& model) {
  for (const lake::Model* other : lake::ModelsRead(model)) {
    if (other->layer == "gold") CADENZA_TRY(Compute(other->name));
  }
  return {};
}

Status ModelRefresh::Compute(const std::string& name) {
  if (!done_.insert(name).second) return {};
  const lake::Model& model = *lake::FindModel(name);
  CADENZA_TRY(ComputeReads(model));
  if (model.kind == lake::ModelKind::kView) return lake_->engine().BindQuery(name, model.select);
  CADENZA_TRY(lake_->engine().Materialize(name, model.select));
  return model.is_table() ? StageIfDifferent(model) : Status();
}

Status ModelRefresh::Substitute(const std::string& name, const std::string& model) {
  const lake::Model& other = *lake::FindModel(model);
  CADENZA_TRY(ComputeReads(other));
  done_.insert(name);
  return lake_->engine().BindQuery(name, other.select);
}

Status ModelRefresh::Bind(const std::string& name, const std::string& select) {
  done_.insert(name);
  return lake_->engine().Materialize(name, select);
}

Status ModelRefresh::StageRows(const std::string& table, const std::string& select) {
  CADENZA_TRY(lake_->engine().Materialize(table, select));
  return StageIfDifferent(*lake::FindModel(table));
}

Status ModelRefresh::EmptyTable(const std::string& table) {
  const lake::Model& model = *lake::FindModel(table);
  CADENZA_ASSIGN(const lake::TableState before, lake_->Load(model));
  if (!before.exists) return {};
  return StageRows(table, engine::EmptySelect(model.engine_columns()));
}

Status ModelRefresh::StageIfDifferent(const lake::Model& model) {
  CADENZA_ASSIGN(const bool is_staged, StageInPlace(lake_, run_, model));
  if (is_staged) changed_.insert(model.name);
  return {};
}

}  // namespace cadenza::warehouse
