#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "base/result.h"
#include "engine/engine.h"
#include "lake/lake.h"

namespace cadenza::query {

/// The lake as one run left it: a catalogue of the database with a view for each table, made when a
/// statement names it first. Later runs change nothing in it; who wants them opens another state.
/// The catalogue goes when the last session lets go of the state. Thread-safe.
class LakeState {
 public:
  /// `catalogue`: a name that the database does not have yet. kNotFound when there is no lake. The
  /// database must outlive the state.
  static Result<std::shared_ptr<LakeState>> Open(const std::string& root, engine::Engine* database,
                                                 const std::shared_ptr<s3::Client>& s3,
                                                 const std::string& catalogue);
  ~LakeState();
  LakeState(const LakeState&) = delete;
  LakeState& operator=(const LakeState&) = delete;

  const std::string& root() const { return lake_->root(); }
  const lake::Manifest& manifest() const { return lake_->manifest(); }
  /// Of the lake as it is now.
  Result<lake::Manifest> NewestManifest() const;
  std::vector<const lake::Model*> tables() const { return lake_->tables(); }
  const lake::Model* FindTable(std::string_view name) const { return lake_->FindTable(name); }
  /// False: no finished run wrote it.
  bool Exists(const lake::Model& table) const { return manifest().tables.contains(table.name); }

  /// Makes the views of what a statement names; returns it with time travel resolved.
  Result<std::string> Bind(const std::string& statement);
  /// Makes all views, and so fixes also what other programs committed behind the last run.
  Status BindAll();
  /// What makes a connection read this state.
  Status Enter(engine::Engine* connection) const;

  /// Work with the lake itself, while nobody else does. For reading only.
  template <class Work>
  auto WithLake(const Work& work) {
    const std::scoped_lock lock(mutex_);
    return work(lake_.get());
  }

 private:
  LakeState() = default;

  std::mutex mutex_;
  std::string catalogue_;
  std::unique_ptr<engine::Engine> engine_;  ///< a connection of its own
  std::unique_ptr<lake::Lake> lake_;
  std::set<std::string> bound_;
};

}  // namespace cadenza::query
