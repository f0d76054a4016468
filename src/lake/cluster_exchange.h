#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "lake/lake.h"
#include "storage/scratch_folder.h"

namespace cadenza::lake {

/// The way from the engine of this machine to the cluster: Parquet files in `_cadenza/cluster` of
/// the lake, which both see. They go with the object; what a killed run left goes when the next
/// one opens it. For the run that holds the lake's lock. Not thread-safe.
class ClusterExchange {
 public:
  /// The lake must outlive it, and the relations that it gave names.
  static Result<std::unique_ptr<ClusterExchange>> Open(Lake* lake);
  ~ClusterExchange();
  ClusterExchange(const ClusterExchange&) = delete;
  ClusterExchange& operator=(const ClusterExchange&) = delete;

  /// Runs the query here and gives its rows a name on the cluster.
  Status Send(const std::string& name, const std::string& select);

 private:
  explicit ClusterExchange(Lake* lake) : lake_(lake) {}
  Status Clear();

  Lake* lake_;
  std::unique_ptr<ScratchFolder> to_put_;  ///< of a lake on S3: from where files are put
  int sent_ = 0;
};

}  // namespace cadenza::lake
