#pragma once

#include <string>

#include "base/result.h"
#include "simulate/world.h"

namespace cadenza::cli {

// Texts of the flags of `cadenza simulate` to values. Errors are kUsage and name flag and text.

/// "surge@2018-11-10T20:00/2h*5", "outage@2018-11-10T20:00/30m"
Result<simulate::Incident> ParseIncident(const std::string& text);
/// "adverts*0.5", "discovery*2"
Result<simulate::Experiment> ParseExperiment(const std::string& text);

}  // namespace cadenza::cli
