#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/scan.h"
#include "ingest/bronze.h"
#include "ingest/findings.h"
#include "ingest/forgotten.h"
#include "ingest/rectifications.h"
#include "lake/cluster_exchange.h"
#include "lake/lake.h"

namespace cadenza::ingest {

/// What listeners asked for, to be applied to what is read.
struct ListenerRequests {
  const Forgotten& forgotten;
  const Rectifications& rectified;
};

/// New log files brought into bronze by a cluster: it cuts them into lines, places these to the
/// byte, reads the plain ones, and resolves duplicates; the odd ones are decoded here. What comes
/// of it is what the embedded engine makes. Lives for one ingest.
class ClusterEvents {
 public:
  /// The engine is one that commits tables. Both must outlive this.
  ClusterEvents(engine::Engine* engine, lake::ClusterExchange* exchange)
      : engine_(engine), exchange_(exchange) {}

  /// kUsage with the name of a file that a cluster cannot cut into lines.
  static Status CheckSources(const std::vector<SourceFile>& files);

  /// Reads the files of the scan (its observer is not asked) into `bronze_staged`, and tells the
  /// findings what it found. kInput where too many lines are odd.
  Status Read(const engine::EventScan& logs, const lake::Model& model,
              const ListenerRequests& requests, Findings* findings);
  /// Lines that were decoded here.
  int64_t odd_lines() const { return odd_lines_; }
  /// Rows of bronze_staged.
  Result<int64_t> CountStaged();

  /// The change of the table by bronze_staged. Binds the events as they will be as `events_now`.
  /// The ledger must hold this run's entries already. With `all` every row is written again.
  Result<BronzeChange> Resolve(const lake::Model& model, lake::TableState before, bool all,
                               const std::set<std::string>& files_read, Ledger* ledger);

 private:
  Status PlaceBlocks(const engine::EventScan& logs, Findings* findings);
  Status CountPlain(Findings* findings);
  Status DecodeOdd(const engine::EventScan& logs, const lake::Model& model,
                   const Forgotten& forgotten, Findings* findings);

  /// The staged rows, where they and the earlier ones that match have one row a key.
  Result<std::optional<int64_t>> RowsIfDistinct(const std::string& where);

  engine::Engine* engine_;
  lake::ClusterExchange* exchange_;
  int64_t odd_lines_ = 0;
};

}  // namespace cadenza::ingest
