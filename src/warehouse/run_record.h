#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/lake.h"
#include "lake/run.h"
#include "warehouse/audit.h"

namespace cadenza::warehouse {

/// What ops.runs says of what a job read.
struct JobCounts {
  int64_t files = 0;
  int64_t bytes = 0;
  int64_t events = 0;
  int64_t song_records = 0;
  int64_t duplicates = 0;
  int64_t quarantined = 0;
};

/// What ops.runs and ops.audits say of a run.
struct RunRecord {
  std::string job;  ///< etl, kpi, ...
  int64_t started_ms = 0;
  double seconds = 0;
  JobCounts counts = {};
  std::vector<AuditFinding> audits = {};
};

/// The environment variable by which `cadenza run` tells the jobs that it starts which run of it
/// they belong to.
inline constexpr const char* kParentRun = "CADENZA_PARENT_RUN";

/// Stages the rows of the run; its parent is what the environment says.
Status StageRunRecord(lake::Lake* lake, lake::Run* run, const RunRecord& record);

}  // namespace cadenza::warehouse
