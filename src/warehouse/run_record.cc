#include "warehouse/run_record.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/version.h"
#include "lake/table_rows.h"

namespace cadenza::warehouse {

using nlohmann::json;

Status StageRunRecord(lake::Lake* lake, lake::Run* run, const RunRecord& record) {
  json row = {{"run", run->number()},
              {"started_at", UtcTimestamp(record.started_ms)},
              {"seconds", record.seconds},
              {"files", record.counts.files},
              {"bytes", record.counts.bytes},
              {"events", record.counts.events},
              {"song_records", record.counts.song_records},
              {"duplicates", record.counts.duplicates},
              {"quarantined", record.counts.quarantined},
              {"engine", lake->engine().name()},
              {"version", kVersion},
              {"job", record.job}};
  if (const char* parent = std::getenv(kParentRun); parent && *parent) row["parent"] = parent;
  CADENZA_TRY(lake::StageMadeRows(lake, run, "runs", {row}));
  std::vector<json> lines;
  for (const AuditFinding& finding : record.audits) {
    json line = {{"run", run->number()},
                 {"audit", finding.audit},
                 {"table_name", finding.table},
                 {"failures", finding.failures}};
    if (!finding.sample.empty()) line["sample"] = finding.sample;
    lines.push_back(std::move(line));
  }
  return lake::StageMadeRows(lake, run, "audits", lines);
}

}  // namespace cadenza::warehouse
