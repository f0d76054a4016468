#pragma once

#include <cstdint>

#include "simulate/workers.h"
#include "simulate/world.h"

namespace cadenza::simulate {

/// About how many bytes of log a world makes: some of its listeners are tried.
int64_t EstimateLogBytes(const WorldOptions& options, Workers* workers);

/// The number of listeners that makes about so many bytes of log.
int ListenersFor(WorldOptions options, int64_t log_bytes, Workers* workers);
/// The same by how active they are, their number given.
double ActivityFor(WorldOptions options, int64_t log_bytes, Workers* workers);

}  // namespace cadenza::simulate
