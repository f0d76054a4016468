#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "lake/lake.h"
#include "share/table_lines.h"
#include "share/table_query.h"

namespace cadenza::share {

/// Files that commits of a range added.
struct ChangeRange {
  int64_t first = 0, last = 0;  ///< versions
  std::vector<AddedFile> added;
};

/// The lake as recipients see it: the state of the newest finished run, looked for once a second.
/// Thread-safe.
class SharedLake {
 public:
  static Result<std::unique_ptr<SharedLake>> Open(const std::string& root,
                                                  const std::shared_ptr<s3::Client>& s3);

  const std::string& root() const { return lake_->root(); }
  ObjectStore& store() { return lake_->store(); }
  /// That a finished run wrote.
  std::vector<const lake::Model*> Tables();
  /// The version or time of the wish; kNotFound for versions of runs that did not finish.
  Result<delta::Snapshot> Load(const lake::Model& model, const QueryWish& wish);
  Result<delta::Snapshot> LoadVersion(const lake::Model& model, int64_t version);
  /// The newest version, or the first one that is not before the time.
  Result<int64_t> VersionFrom(const lake::Model& model, const std::string& timestamp);
  /// kUsage for a range in which a commit did more than add rows, with that commit.
  Result<ChangeRange> ReadChanges(const lake::Model& model, const http::Request& request);

 private:
  SharedLake() = default;
  Status Look();
  Result<int64_t> Newest(const lake::Model& model);

  std::mutex mutex_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<lake::Lake> lake_;
  int64_t looked_ms_ = 0;
};

}  // namespace cadenza::share
