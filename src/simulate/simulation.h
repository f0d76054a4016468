#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "simulate/event.h"
#include "simulate/faults.h"
#include "simulate/listener.h"
#include "simulate/workers.h"
#include "simulate/world.h"

namespace cadenza::simulate {

/// One hour of everybody's events, in the order of the log: by arrival, then listener. Cut into
/// parts, one after the other, which can be worked on side by side.
struct Hour {
  int64_t start_ms = 0;
  std::vector<std::vector<Event>> parts;
  int64_t events() const;
};

/// Lets all listeners live, hour by hour. What comes out depends on the world alone, not on the
/// number of workers; memory is the listeners' plus one hour's.
class Simulation {
 public:
  /// `faults` delay events on their way to the log.
  Simulation(const World& world, const Faults& faults, Workers* workers);
  ~Simulation();

  /// The next hour; false after the last. The hour's storage is reused.
  bool Next(Hour* hour);

  std::span<const Listener> listeners() const;
  /// The moment up to which the listeners have lived.
  int64_t now_ms() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cadenza::simulate
