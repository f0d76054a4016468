#pragma once

#include <memory>

#include "base/result.h"
#include "engine/engine.h"

namespace cadenza::engine {

/// A further connection to the database of an embedded engine: what one creates, all see, with
/// memory and threads in common, but each runs and interrupts its own query. The database lives as
/// long as one of them. kInternal for an engine without an embedded one.
Result<std::unique_ptr<Engine>> OpenBeside(Engine* engine);

}  // namespace cadenza::engine
