#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "query/database.h"
#include "serve/customer_index.h"
#include "serve/runs.h"

namespace cadenza::serve {

/// Makes the index of each run's customer-days on a thread of its own, and keeps it for as long as
/// the tables behind it stay. Thread-safe.
class IndexKeeper {
 public:
  /// 0 bytes: none is made. The database must outlive the keeper.
  IndexKeeper(query::Database* database, int64_t bytes_max)
      : database_(database), bytes_max_(bytes_max) {}
  ~IndexKeeper();
  IndexKeeper(const IndexKeeper&) = delete;
  IndexKeeper& operator=(const IndexKeeper&) = delete;

  /// Begins to make the index of a run, unless the one that is there fits it.
  void Follow(std::shared_ptr<const LoadedRun> run);
  /// nullptr: there is none for this run, or not yet; `Why` says why.
  std::shared_ptr<const CustomerIndex> IndexOf(const LoadedRun& run) const;
  std::string Why() const;
  int64_t bytes() const;

 private:
  using Versions = std::map<std::string, int64_t>;  ///< runs of tables, and of which lake
  static Versions VersionsOf(const LoadedRun& run);
  void Make(std::shared_ptr<const LoadedRun> run, Versions versions);

  query::Database* database_;
  int64_t bytes_max_;
  mutable std::mutex mutex_;
  Versions versions_;
  std::shared_ptr<const CustomerIndex> index_;
  std::string why_ = "the index is being made";
  std::thread thread_;
};

}  // namespace cadenza::serve
