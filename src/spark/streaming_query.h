#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace cadenza::spark {

/// What the cluster is told of an endless query's rows before they are grouped.
struct Watching {
  std::string name;                   ///< of the aggregates, in each progress
  std::vector<std::string> observed;  ///< aggregates: `count(*) AS rows`
  std::string time_column;            ///< that the watermark follows
  std::string delay;                  ///< of it: `3600 seconds`
};

/// An endless query and the Delta table that its rows are appended to. All paths as the cluster
/// sees them.
struct StreamStart {
  std::string sql;
  std::string name;  ///< on the pages of the server
  std::string table;
  std::string checkpoint;
  bool ends = false;         ///< takes what is there, and ends
  double every_seconds = 0;  ///< between two batches; 0: one behind the other
};

/// A query that runs on the server until it is stopped, has failed, or has taken all there was. It
/// goes on when this object is gone, for as long as its session; a start with the same checkpoint
/// ends one that still runs there. Calls as those of Session, which must outlive it.
class StreamingQuery {
 public:
  virtual ~StreamingQuery() = default;
  /// The same after each start with this checkpoint.
  virtual const std::string& id() const = 0;
  virtual Result<bool> IsActive() = 0;
  /// JSON of the batches of this start behind that one (-1: of all), in their order, as far as the
  /// server keeps them, which are a hundred. May hold others too.
  virtual Result<std::vector<std::string>> Progress(int64_t after) = 0;
  /// Why the query ended; empty: it runs, or ended well.
  virtual Result<std::string> Failure() = 0;
  /// Returns when nothing of it runs any more. The batch at work is given up.
  virtual Status Stop() = 0;
};

}  // namespace cadenza::spark
