#include "simulate/sizing.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "simulate/log_files.h"

namespace cadenza::simulate {
namespace {

constexpr int kTriedDays = 365;

/// The first of the listeners, which are the same whatever their number: fewer of them for more
/// days, so that a try takes a fraction of a second. All days are tried, since listeners leave.
int TriedListeners(int days) {
  constexpr int kListenerDays = 480'000;
  return std::clamp(kListenerDays / std::min(days, kTriedDays), 1, 16'000);
}

}  // namespace

int64_t EstimateLogBytes(const WorldOptions& options, Workers* workers) {
  WorldOptions tried = options;
  tried.listeners = std::min(options.listeners, TriedListeners(options.days));
  tried.days = std::min(options.days, kTriedDays);
  tried.songs = std::min(options.songs, 2000);
  tried.unlisted_songs = std::min(options.unlisted_songs, 2000);
  const World world(tried);
  const Faults faults({}, tried.seed);
  Simulation simulation(world, faults, workers);
  const LineWriter lines(world, simulation.listeners());
  const std::unique_ptr<FileSink> sink = OpenNullSink();
  LogFiles files(world, lines, workers, sink.get(), {});
  Hour hour;
  while (simulation.Next(&hour)) {
    if (!files.Write(hour).ok()) break;  // nowhere does not fail
  }
  return static_cast<int64_t>(static_cast<double>(files.bytes()) * options.listeners /
                              tried.listeners * options.days / tried.days);
}

int ListenersFor(WorldOptions options, int64_t log_bytes, Workers* workers) {
  // Few listeners differ from the mean, so their own bytes are looked at in the second step.
  const int tried = options.listeners = TriedListeners(options.days);
  for (int step = 0; step < 3; ++step) {
    const auto bytes =
        static_cast<double>(std::max<int64_t>(EstimateLogBytes(options, workers), 1));
    const double wanted = std::round(static_cast<double>(log_bytes) / bytes * options.listeners);
    options.listeners = static_cast<int>(std::clamp(wanted, 1.0, 1e9));
    if (options.listeners > tried) break;
  }
  return options.listeners;
}

double ActivityFor(WorldOptions options, int64_t log_bytes, Workers* workers) {
  // More sessions a day make more bytes, but each takes its time: a few steps of the secant's kind.
  for (int step = 0; step < 8; ++step) {
    const auto bytes =
        static_cast<double>(std::max<int64_t>(EstimateLogBytes(options, workers), 1));
    const double ratio = static_cast<double>(log_bytes) / bytes;
    if (std::abs(ratio - 1) < 0.01) break;
    options.activity =
        std::clamp(options.activity * std::pow(ratio, step < 3 ? 1.0 : 1.5), 1e-4, 1e4);
  }
  return options.activity;
}

}  // namespace cadenza::simulate
