#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "decode/event_decoder.h"
#include "engine/engine.h"

namespace cadenza::sources {

int64_t UnitsASecond(decode::TimeUnit unit);
std::string_view UnitName(decode::TimeUnit unit);  ///< s, ms, us, ns
std::optional<decode::TimeUnit> UnitNamed(std::string_view name);

/// The unit of ts for each file: the one named, or for "auto" the one under which most of the
/// file's values lie between 1990 and 2100 (the files are read once for that). Milliseconds where
/// the file holds times in place of numbers. A file that has grown keeps its unit, whatever its new
/// lines make of the guess; it has grown where as many values fit that unit as did.
struct UnitTaken {
  decode::TimeUnit unit;
  int64_t lines = 0;  ///< that were good
};
Result<std::vector<decode::TimeUnit>> UnitsOf(const std::vector<SourceFile>& files,
                                              const std::string& setting, engine::Engine* engine,
                                              const std::map<std::string, UnitTaken>& taken = {});

}  // namespace cadenza::sources
