#pragma once

#include "base/result.h"
#include "lake/lake.h"
#include "spark/connection_string.h"
#include "stream/stream_job.h"

namespace cadenza::stream {

/// RunStream on a Spark cluster: starts the windows as an endless query there, which appends them
/// to the same table, and watches it until it ends or is told to stop. Spark keeps the state and
/// what was taken, below _cadenza/streams/<name>/spark; a start goes on there. What each batch did
/// is written down here, in ops.stream_batches. A connection that is lost is waited for, unless
/// `once` was asked for. kUsage for options that Spark has nothing for.
Result<StreamSummary> RunClusterStream(lake::Lake* lake, const spark::ConnectionString& cluster,
                                       const StreamOptions& options);

/// kUsage for an option that Spark has nothing for.
Status CheckForCluster(const StreamOptions& options);

}  // namespace cadenza::stream
