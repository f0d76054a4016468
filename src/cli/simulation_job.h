#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"
#include "simulate/log_files.h"
#include "simulate/workers.h"
#include "simulate/world.h"
#include "storage/s3/client.h"

namespace cadenza::cli {

/// What to make, and where it goes: folders, or s3://BUCKET/PREFIX; "" = not at all.
struct SimulationRequest {
  simulate::WorldOptions world;
  simulate::LogFileOptions logs;
  std::string out;  ///< logs and songs; "-" = the logs to standard output
  std::string truth;
  std::string engagement;
  bool discard = false;  ///< make the logs, write them nowhere
  int songs_a_file = 1;
  double pace = 0;      ///< simulated seconds a second; 0 = as fast as possible
  int64_t from_ms = 0;  ///< nothing that arrived before is written

  bool makes_logs() const { return !out.empty() || discard; }
};

struct SimulationSummary {
  int64_t listeners = 0, cancelled = 0;
  int64_t lines = 0, bytes = 0;      ///< of logs, as made: before compression and cuts
  size_t files = 0;                  ///< of logs
  simulate::FileLedger ledger;       ///< of all files
  size_t song_partitions = 0;        ///< pairs of year and artist among the listed songs
  int64_t sessions = 0, events = 0;  ///< of the engagement source
};

/// kUsage when a folder has such files already: two worlds in one folder would be neither.
Status CheckFoldersAreNew(const SimulationRequest& request,
                          const std::shared_ptr<s3::Client>& client);

/// Ends with kInterrupted on Ctrl-C; the file that is open then is removed. `progress` gets the
/// bytes until now and about how many there will be.
Result<SimulationSummary> RunSimulation(const SimulationRequest& request,
                                        const std::shared_ptr<s3::Client>& client,
                                        simulate::Workers* workers,
                                        const std::function<void(int64_t, int64_t)>& progress);

nlohmann::json SummaryJson(const SimulationRequest& request, const SimulationSummary& summary,
                           double seconds);
std::string SummaryText(const SimulationRequest& request, const SimulationSummary& summary,
                        double seconds);

}  // namespace cadenza::cli
