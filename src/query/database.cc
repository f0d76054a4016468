#include "query/database.h"

namespace cadenza::query {

Result<std::unique_ptr<Database>> Database::Open(const engine::DuckDbOptions& options) {
  std::unique_ptr<Database> database(new Database);
  engine::DuckDbOptions ordered = options;
  // A limit of rows is put around the user's statement, whose order must hold there.
  ordered.keep_order = true;
  CADENZA_ASSIGN(database->engine_, engine::OpenDuckDb(ordered));
  database->s3_ = options.s3;
  return database;
}

Result<std::shared_ptr<LakeState>> Database::OpenLake(const std::string& root) {
  return LakeState::Open(root, engine_.get(), s3_, fmt::format("lake_{}", ++states_));
}

Result<std::shared_ptr<LakeState>> Database::Newest(std::shared_ptr<LakeState> known) {
  CADENZA_ASSIGN(const lake::Manifest newest, known->NewestManifest());
  if (newest.id == known->manifest().id && newest.run == known->manifest().run) return known;
  return OpenLake(known->root());
}

}  // namespace cadenza::query
