#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/day_groups.h"
#include "ingest/findings.h"
#include "lake/run.h"

namespace cadenza::ingest {

/// Decodes log files and writes their good rows as staged files of `events`, by day. Files that
/// hold one day are written as that day's; rows of other days in them take a second pass.
class LogReading {
 public:
  LogReading(lake::Run* run, engine::Engine* engine, const std::vector<SourceFile>& files,
             const std::vector<decode::TimeUnit>& units, const decode::BlockLimits& limits)
      : run_(run), engine_(engine), files_(files), units_(units), limits_(limits) {}

  Result<std::vector<engine::WrittenFile>> Write(Findings* findings);

 private:
  void SelectFiles(const std::vector<size_t>& indexes, engine::EventScan* scan) const;
  Status WriteGroup(const DayGroup& group, Findings* findings);
  Status WriteStrays(const DayGroup& group, const Findings& findings);

  lake::Run* run_;
  engine::Engine* engine_;
  const std::vector<SourceFile>& files_;
  const std::vector<decode::TimeUnit>& units_;
  const decode::BlockLimits& limits_;
  std::vector<engine::WrittenFile> written_;
};

}  // namespace cadenza::ingest
