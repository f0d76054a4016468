#pragma once

#include <string>

#include "base/result.h"
#include "lake/lake.h"

namespace cadenza::cli {

/// Prints how many events a shorter or longer watermark would have met too late, of one stream of
/// the lake or of all (empty), and answers the exit code. kNotFound where no such stream has run.
Result<int> ReportLateness(lake::Lake* lake, const std::string& stream, bool is_json);

}  // namespace cadenza::cli
