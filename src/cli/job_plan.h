#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cadenza::cli {

/// What kind of inputs tells whether a job has anything to do.
enum class JobInputs {
  kItsOwn,  ///< it finds out by itself what is new, e.g. files that arrived
  kLake,    ///< the tables of bronze and silver: as long as these stay, so does its result
  kTime,    ///< the care of the lake: due again after a while
};

/// A command that `cadenza run` runs, with what it stands on.
struct Job {
  std::string name;
  std::vector<std::string> arguments = {};  ///< the command line, without what all jobs get
  std::vector<std::string> after = {};      ///< jobs whose failure leaves it nothing sound to read
  JobInputs inputs = JobInputs::kItsOwn;
  std::string settings = {};  ///< of the files, as text: other settings are other inputs
};

/// The jobs that the settings files name, in the order in which they run: those with a table of
/// their own ([etl], [kpi], …), and the care of the lake. `named` (the setting jobs) replaces that
/// choice. kUsage for a job that there is not, kInput for a file that is no TOML.
Result<std::vector<Job>> PlanJobs(const std::vector<std::string>& settings_files,
                                  const std::vector<std::string>& named);

/// The names that jobs can have, in their order.
std::vector<std::string> JobNames();

}  // namespace cadenza::cli
