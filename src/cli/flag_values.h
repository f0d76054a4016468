#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "engine/engine.h"

namespace cadenza::cli {

// Texts of flags to values. Errors are kUsage and name flag and text.

/// All of the text as a number that is neither negative nor infinite.
bool ReadNumber(const std::string& text, double* number);
/// "0.1%" or "0.001" -> 0.001
Result<double> ParseShare(const std::string& flag, const std::string& text);
/// "30s", "5m", "2h", "1d" -> milliseconds, above 0
Result<int64_t> ParseSpan(const std::string& flag, const std::string& text);
/// "2018-11-01", or "2018-11-10T20:00" -> epoch milliseconds, UTC
Result<int64_t> ParseMoment(const std::string& flag, const std::string& text);

/// kUsage unless the engine knows the zone: "Europe/Berlin".
Status CheckZone(engine::Engine* engine, const std::string& flag, const std::string& zone);

}  // namespace cadenza::cli
