#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace cadenza::cli {

/// What a finished process of this program left.
struct JobOutcome {
  int exit_code = 0;   ///< 128 + the signal where one ended it
  std::string output;  ///< its standard output
  double seconds = 0;
};

/// Runs this program again with the arguments and waits for it. Its standard error is ours. While
/// it runs, SIGINT and SIGTERM are passed on to it, so that it ends as it would by itself.
Result<JobOutcome> RunJobProcess(const std::vector<std::string>& arguments);

}  // namespace cadenza::cli
