#include "query/lake_state.h"

#include "engine/shared_engine.h"
#include "query/lake_tables.h"

namespace cadenza::query {

Result<std::shared_ptr<LakeState>> LakeState::Open(const std::string& root,
                                                   engine::Engine* database,
                                                   const std::shared_ptr<s3::Client>& s3,
                                                   const std::string& catalogue) {
  std::shared_ptr<LakeState> state(new LakeState);
  CADENZA_ASSIGN(state->engine_, engine::OpenBeside(database));
  CADENZA_ASSIGN(lake::Lake lake, OpenExistingLake(root, state->engine_.get(), s3));
  state->lake_ = std::make_unique<lake::Lake>(std::move(lake));
  CADENZA_TRY(state->engine_->Execute("ATTACH ':memory:' AS " + catalogue));
  state->catalogue_ = catalogue;
  CADENZA_TRY(state->Enter(state->engine_.get()));
  return state;
}

LakeState::~LakeState() {
  if (catalogue_.empty()) return;
  // Nobody is told: what is left then is the empty shell of a catalogue.
  static_cast<void>(engine_->Execute("SET search_path = 'memory.main'"));
  static_cast<void>(engine_->Execute("DETACH " + catalogue_));
}

Result<lake::Manifest> LakeState::NewestManifest() const {
  return lake::ReadManifest(*lake_->shared_store());
}

Result<std::string> LakeState::Bind(const std::string& statement) {
  const std::scoped_lock lock(mutex_);
  return BindTablesOf(statement, lake_.get(), &bound_);
}

Status LakeState::BindAll() {
  const std::scoped_lock lock(mutex_);
  CADENZA_TRY(lake_->ReadAll());
  CADENZA_TRY(BindTablesOf("show tables", lake_.get(), &bound_));
  return {};
}

/// The macros that queries may use stand in the database's own catalogue.
Status LakeState::Enter(engine::Engine* connection) const {
  return connection->Execute("SET search_path = '" + catalogue_ + ".main,memory.main'");
}

}  // namespace cadenza::query
