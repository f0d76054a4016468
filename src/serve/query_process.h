#pragma once

#include <string>

#include "base/result.h"
#include "engine/engine.h"
#include "serve/enclosure.h"

namespace cadenza::serve {

/// What a process that runs people's SQL is started with.
struct QueryProcessOptions {
  std::string lake;
  std::string spill_folder;  ///< its own, 0700
  engine::DuckDbOptions engine;
  int first_socket = 3;  ///< one a query at a time, from this descriptor on
  int sockets = 1;
  bool without_landlock = false;       ///< for tests of each fence alone
  bool without_call_filter = false;    ///< likewise
  bool without_engine_fence = false;   ///< likewise
  bool without_function_list = false;  ///< likewise
};

/// Fences the process in, opens the lake and answers questions until the server has gone. A
/// question is JSON:
///   {"sql":…,"parameters":[…],"role":"viewer","run":17,"as_of":{…},"format":"json","seconds":30,
///    "rows":100000}
Status RunQueryProcess(const QueryProcessOptions& options);

}  // namespace cadenza::serve
