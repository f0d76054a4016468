#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "decode/block.h"
#include "ingest/bronze.h"
#include "ingest/findings.h"
#include "ingest/ledger.h"
#include "lake/cluster_exchange.h"
#include "lake/run.h"

namespace cadenza::ingest {

struct IngestOptions {
  std::vector<std::string> logs;  ///< patterns: files, folders, globs, archives
  std::vector<std::string> songs;
  decode::BlockLimits limits;
  std::string ts_unit = "ms";  ///< ms, s, us, ns, auto (per file, from its values)
  double max_bad = -1;         ///< share of quarantined lines that fails the run; < 0: none
  bool allow_damaged = false;  ///< damaged files count as bad lines, and not as over any limit
  bool full_refresh = false;   ///< read everything again
  /// Called with (bytes done, bytes in all) while files are read.
  std::function<void(int64_t, int64_t)> progress;
};

/// Sums over the files of one source in this run.
struct SourceTotals {
  int64_t files = 0;
  int64_t files_known = 0;  ///< read by an earlier run, unchanged
  int64_t lines = 0, good = 0, duplicate = 0, quarantined = 0, blank = 0, conflict = 0;
  int64_t forgotten = 0;  ///< good lines of listeners who asked to be forgotten: not taken in
  int64_t bytes = 0, good_bytes = 0, duplicate_bytes = 0, quarantined_bytes = 0, blank_bytes = 0,
          bom_bytes = 0;
  double seconds = 0;
};

struct IngestResult {
  BronzeChange events;
  BronzeChange songs;
  SourceTotals log_totals;
  SourceTotals song_totals;
  int64_t skipped = 0;
  bool skipped_others = false;  ///< than earlier runs did
  std::vector<DamagedFile> damaged;
  int64_t odd_lines = -1;  ///< that a cluster left to the decoder here; -1: there is no cluster
  std::map<std::string, std::string> units_taken;  ///< by file, where ts_unit is auto
  bool found_anything() const { return log_totals.files + song_totals.files > 0 || skipped_others; }
};

/// Brings the source files that the lake does not know yet into bronze: decodes, sorts out
/// duplicates, and accounts for every byte. Stages events, song_records, quarantine, ledger and
/// skipped_files into the run. What is damaged is told; the rest of it and of all others is taken.
/// kInput when too many lines are bad, or all, kInternal when the ledger does
/// not balance; nothing is committed then. With an exchange, the lake's engine is that of a cluster
/// and reads the logs; the rest is done by the engine here.
Result<IngestResult> Ingest(lake::Lake* lake, lake::Run* run, lake::ClusterExchange* exchange,
                            const IngestOptions& options);

}  // namespace cadenza::ingest
