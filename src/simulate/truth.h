#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "simulate/expected_ledger.h"
#include "simulate/file_sink.h"
#include "simulate/oracle.h"
#include "simulate/simulation.h"
#include "simulate/table_file.h"

namespace cadenza::simulate {

/// What no log says, as Parquet tables beside the logs, in a folder that no pipeline reads:
/// truth_users, truth_taste, truth_songs, truth_hazard (one row a listener, weekly cut-off and
/// horizon), truth_incidents; and expected_ledger.jsonl, what a correct reader must account for.
class Truth {
 public:
  Truth(const World& world, FileSink* sink);

  /// After each hour; writes when a week is over.
  Status Note(const Simulation& simulation);
  Status Finish(const Simulation& simulation, std::span<const FileLedger> ledger);

  static constexpr int kCutOffDays = 7;
  static constexpr int kHorizonsDays[] = {5, 10, 30};

 private:
  Status NoteHazards(const Simulation& simulation);
  Status WriteUsers(const Simulation& simulation);
  Status WriteTastes(const Simulation& simulation);
  Status WriteSongs();
  Status WriteIncidents();

  const World& world_;
  FileSink* sink_;
  Oracle oracle_;
  TableFile hazards_;
};

}  // namespace cadenza::simulate
