#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/lake.h"
#include "maintenance/care_options.h"
#include "maintenance/row_edit.h"

namespace cadenza::maintenance {

struct RectifyOptions : CareOptions {
  std::string user;  ///< user id as the lake has it
  /// By column, one of ingest::Rectifications::Columns(): what holds; nullopt empties the column.
  std::map<std::string, std::optional<std::string>> values;
  /// Takes the listener's rectifications off instead: events that are read later say what their
  /// source says. What stands in the tables stays.
  bool withdraw = false;
};

struct RectifySummary {
  int64_t run = 0;                ///< 0: nothing was to be done
  std::vector<TableEdit> tables;  ///< those that said something else
  int64_t values_listed = 0;      ///< new or other values on the list, or taken off it
  /// Events of the listener that came with different content. Which of them counts follows from
  /// the content, so that it may change; a full refresh brings the tables after it.
  int64_t variants = 0;
  double seconds = 0;
};

/// Corrects what a lake says of a listener, in one run: in the tables of bronze and silver that
/// have the user_id and the column. The values go on the list of ops.rectifications, so that events
/// that are read later say the same. What came without the user id, or could not be read
/// (quarantine, _rescued), stays as it came; so do windows of streams that are grouped by such a
/// column. Earlier versions keep the former values until Vacuum deletes them. A run that is killed
/// has done nothing; once more changes nothing. kUsage where no event is the listener's.
Result<RectifySummary> Rectify(lake::Lake* lake, const RectifyOptions& options);

}  // namespace cadenza::maintenance
