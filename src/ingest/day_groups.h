#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "decode/event_decoder.h"
#include "storage/source_file.h"

namespace cadenza::ingest {

/// Log files that seem to hold events of one UTC day only.
struct DayGroup {
  std::optional<int32_t> day;  ///< since 1970; nullopt: of several days, or nobody knows
  std::vector<size_t> files;   ///< indexes
};

/// Sorts files by the day of their first event, where their last one (of plain files) is of the
/// same day. It is a guess to be checked against what the files turn out to hold: with it, most
/// files can be written as their day's without the engine's partitioning, which copies every row.
std::vector<DayGroup> GroupByDay(const std::vector<SourceFile>& files,
                                 const std::vector<decode::TimeUnit>& units);

/// yyyy-mm-dd
std::string DayText(int32_t day);

}  // namespace cadenza::ingest
