#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "simulate/world.h"

namespace cadenza::cli {

// Texts of the flags of `cadenza simulate` to values. Errors are kUsage and name flag and text.

/// "0.1%" or "0.001" -> 0.001
Result<double> ParseShare(const std::string& flag, const std::string& text);
/// "30s", "5m", "2h", "1d" -> milliseconds, above 0
Result<int64_t> ParseSpan(const std::string& flag, const std::string& text);
/// "2018-11-01", or "2018-11-10T20:00" -> epoch milliseconds, UTC
Result<int64_t> ParseMoment(const std::string& flag, const std::string& text);
/// "surge@2018-11-10T20:00/2h*5", "outage@2018-11-10T20:00/30m"
Result<simulate::Incident> ParseIncident(const std::string& text);
/// "adverts*0.5", "discovery*2"
Result<simulate::Experiment> ParseExperiment(const std::string& text);

}  // namespace cadenza::cli
