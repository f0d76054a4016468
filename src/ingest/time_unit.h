#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "decode/event_decoder.h"
#include "engine/engine.h"

namespace cadenza::ingest {

std::string_view UnitName(decode::TimeUnit unit);  ///< s, ms, us, ns

/// The unit of ts for each file: the one named, or for "auto" the one under which most of the
/// file's values lie between 1990 and 2100 (the files are read once for that). Milliseconds where
/// the file holds times in place of numbers.
Result<std::vector<decode::TimeUnit>> UnitsOf(const std::vector<SourceFile>& files,
                                              const std::string& setting, engine::Engine* engine);

}  // namespace cadenza::ingest
