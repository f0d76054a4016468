#pragma once

#include "simulate/listener.h"
#include "simulate/world.h"

namespace cadenza::simulate {

/// Listener `number` as it is when the logs start, or when it registers. `next_ms` becomes the time
/// of its first event.
Listener MakeListener(const World& world, uint32_t number, int64_t* next_ms);

}  // namespace cadenza::simulate
