#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/ingest.h"
#include "lake/lake.h"
#include "warehouse/audit.h"
#include "warehouse/refresh.h"

namespace cadenza::warehouse {

struct EtlOptions {
  ingest::IngestOptions ingest;
  RefreshOptions refresh;
  lake::TableFormat format = lake::TableFormat::kDelta;
  /// Asked while another run writes to the lake; empty: fail at once.
  std::function<bool()> keep_waiting;
  /// Called when a stage begins: "reading", "models", "audits", "commit".
  std::function<void(const char*)> on_stage;
};

struct TableSummary {
  int64_t rows = 0;
  int64_t files = 0;
  int64_t version = -1;
  bool changed = false;
};

struct EtlSummary {
  bool changed = false;  ///< false: there was nothing new
  int64_t run = 0;
  ingest::SourceTotals logs, songs;
  int64_t skipped = 0;
  std::vector<ingest::DamagedFile> damaged;
  int64_t odd_lines = -1;  ///< that a cluster left to the decoder here; -1: there is no cluster
  int64_t events_added = 0, song_records_added = 0;
  std::map<std::string, TableSummary> tables;
  std::map<std::string, int64_t> matches;  ///< by match_quality, and "unmatched", of the whole lake
  int64_t plays_without_user = 0;
  std::vector<AuditFinding> audits;
  std::vector<std::string> warnings;
  std::map<std::string, std::string> units_taken;
  std::map<std::string, double> seconds;  ///< by stage, and "total"
};

/// The main job: sources to bronze, models, audits, one commit. Nothing becomes visible unless all
/// of it does.
Result<EtlSummary> RunEtl(lake::Lake* lake, const EtlOptions& options);

}  // namespace cadenza::warehouse
