#pragma once

#include <functional>
#include <memory>
#include <string>

#include "pgwire/relation.h"
#include "query/lake_state.h"

namespace cadenza::pgwire {

/// The engine's name of what all sessions share of PostgreSQL's catalogue: types, settings and its
/// own tables, most of them empty.
inline constexpr const char* kSystemCatalogue = "pgs";

/// Makes the shared part in a database; once.
Status MakeSystemCatalogue(engine::Engine* engine);

/// What a role sees of one state of the lake: its tables, and pg_catalog and information_schema
/// about them, in a catalogue of the engine that goes with it. Thread-safe, as it never changes.
class Catalogue {
 public:
  using MayRead = std::function<bool(const lake::Model&)>;

  /// The views of the state must have been bound (LakeState::BindAll).
  static Result<std::shared_ptr<const Catalogue>> Make(engine::Engine* database,
                                                       std::shared_ptr<query::LakeState> state,
                                                       const MayRead& may_read,
                                                       const std::string& database_name,
                                                       const std::string& role);
  ~Catalogue();
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;

  const Relations& relations() const { return relations_; }
  /// What makes a connection find the functions of the catalogue.
  Status Enter(engine::Engine* connection) const;
  int64_t run() const { return state_->manifest().run; }

 private:
  Catalogue() = default;

  std::shared_ptr<query::LakeState> state_;
  std::unique_ptr<engine::Engine> engine_;  ///< a connection of its own
  std::string name_;
  Relations relations_;
};

}  // namespace cadenza::pgwire
