#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/ingest.h"
#include "lake/lake.h"
#include "warehouse/job.h"
#include "warehouse/refresh.h"

namespace cadenza::warehouse {

/// Stages: "reading", "models", "audits", "commit".
struct EtlOptions : JobOptions {
  ingest::IngestOptions ingest;
  RefreshOptions refresh;
  lake::TableFormat format = lake::TableFormat::kDelta;
};

struct EtlSummary : JobSummary {
  ingest::SourceTotals logs, songs;
  int64_t skipped = 0;
  std::vector<ingest::DamagedFile> damaged;
  int64_t odd_lines = -1;  ///< that a cluster left to the decoder here; -1: there is no cluster
  int64_t events_added = 0, song_records_added = 0;
  std::map<std::string, int64_t> matches;  ///< by match_quality, and "unmatched", of the whole lake
  int64_t plays_without_user = 0;
  std::map<std::string, std::string> units_taken;
};

/// The main job: sources to bronze, models, audits, one commit. Nothing becomes visible unless all
/// of it does.
Result<EtlSummary> RunEtl(lake::Lake* lake, const EtlOptions& options);

}  // namespace cadenza::warehouse
