#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "simulate/figures.h"
#include "simulate/world.h"

namespace cadenza::cli {

/// A real log beside a simulated one.
struct LogComparison {
  std::string real_path;
  int64_t real_events = 0, made_events = 0;
  size_t real_listeners = 0, made_listeners = 0;
  std::vector<simulate::Comparison> figures;
};

/// Reads all of the real log into memory; meant for samples of up to some million events.
Result<LogComparison> CompareWithLog(const std::string& path, const simulate::WorldOptions& options,
                                     simulate::Workers* workers);
std::string ComparisonText(const LogComparison& comparison);
nlohmann::json ComparisonJson(const LogComparison& comparison);
/// <folder>/<figure>.svg
Status WritePlots(const LogComparison& comparison, const std::string& folder);

}  // namespace cadenza::cli
