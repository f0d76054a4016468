#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/result.h"
#include "engine/engine.h"
#include "query/lake_state.h"
#include "query/statement_watch.h"

namespace cadenza::query {

/// One embedded database: what the sessions of a process share (threads, memory, the watch over
/// their time). Thread-safe.
class Database {
 public:
  static Result<std::unique_ptr<Database>> Open(const engine::DuckDbOptions& options);

  /// The lake after its last run.
  Result<std::shared_ptr<LakeState>> OpenLake(const std::string& root);
  /// The same state as `known` while no other run has finished, else the new one.
  Result<std::shared_ptr<LakeState>> Newest(std::shared_ptr<LakeState> known);

  engine::Engine& engine() { return *engine_; }
  StatementWatch& watch() { return watch_; }
  const std::shared_ptr<s3::Client>& s3() const { return s3_; }

 private:
  Database() = default;

  std::shared_ptr<s3::Client> s3_;
  std::unique_ptr<engine::Engine> engine_;
  StatementWatch watch_;
  std::atomic<int64_t> states_{0};  ///< opened so far
};

}  // namespace cadenza::query
