#include "recommend/gold_inputs.h"

#include "lake/model.h"

namespace cadenza::recommend {
namespace {

Status BindCatalogue(lake::Lake* lake, GoldInputs* inputs) {
  const lake::Model& records = *lake::FindModel("song_records");
  CADENZA_ASSIGN(const lake::TableState state, lake->Load(records));
  engine::Engine& engine = lake->engine();
  if (state.exists) {
    inputs->versions[records.name] = state.version;
    CADENZA_TRY(engine.BindFiles(records.name, state.Relation()));
  } else {
    CADENZA_TRY(engine.BindQuery(records.name, engine::EmptySelect(records.engine_columns())));
  }
  return engine.BindQuery("settled_song_records", lake::FindModel("settled_song_records")->select);
}

}  // namespace

Result<GoldInputs> BindGoldInputs(lake::Lake* lake, const engagement::SourceOptions& source) {
  GoldInputs inputs;
  CADENZA_ASSIGN(engagement::SourceFindings found, engagement::BindEngagement(lake, source));
  inputs.bound = std::move(found.bound);
  for (const engagement::SourceReport& report : found.reports) {
    inputs.versions[report.table] = report.rows;
  }
  if (found.is_log) {
    CADENZA_ASSIGN(const lake::TableState events, lake->Load(*lake::FindModel("events")));
    inputs.versions["events"] = events.version;
    inputs.versions.erase("user_levels");
  } else {
    // Only logs say where listeners are.
    CADENZA_TRY(lake->engine().BindQuery(
        "listener_homes",
        "SELECT CAST(NULL AS VARCHAR) AS user_id, CAST(NULL AS DOUBLE) AS latitude, "
        "CAST(NULL AS DOUBLE) AS longitude WHERE false"));
    inputs.bound.insert("listener_homes");
  }
  CADENZA_TRY(BindCatalogue(lake, &inputs));
  return inputs;
}

}  // namespace cadenza::recommend
