#include "alerts/lake_windows.h"

#include "lake/model.h"

namespace cadenza::alerts {

std::string UsualWindows(const lake::Manifest& manifest) {
  const auto& tables = manifest.tables;
  const bool has_events_only = tables.contains("events_5m") && !tables.contains("sessions_5m");
  return has_events_only ? "events_5m" : "sessions_5m";
}

Status BindLakeWindows(lake::Lake* lake, const std::string& table, const std::string& name) {
  const std::string prefix = "gold.";
  lake::Model model;
  model.name = table.starts_with(prefix) ? table.substr(prefix.size()) : table;
  model.layer = "gold";
  model.kind = lake::ModelKind::kWritten;
  if (const lake::Model* known = lake::FindModel(model.name)) {
    if (known->layer != "gold" || !known->has_column("window_start")) {
      return MakeError(ErrorKind::kUsage,
                       "--table takes a table of windows (cadenza stream makes them), not: {}",
                       table);
    }
    model = *known;
  }
  CADENZA_ASSIGN(lake::TableState state, lake->Load(model));
  if (!state.exists && lake->manifest().format == lake::TableFormat::kDelta) {
    CADENZA_ASSIGN(const auto newest, lake->Newest(model));
    if (newest) {
      CADENZA_ASSIGN(state, lake->LoadVersion(model, newest->version()));
    }
  }
  if (!state.exists) {
    return MakeError(ErrorKind::kNotFound,
                     "the lake {} has no table of windows (cadenza stream makes it): gold.{}",
                     lake->root(), model.name);
  }
  return lake->engine().BindFiles(name, state.Relation());
}

}  // namespace cadenza::alerts
