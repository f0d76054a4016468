#pragma once

#include <string>

#include "engine/engine.h"

namespace cadenza::cli {

/// Streams a query's rows to standard output, through a pipe: the engine would open a redirected
/// /dev/stdout anew and write over what stands in the file already.
Status ExportToStdout(engine::Engine* engine, const std::string& select, const std::string& format);

}  // namespace cadenza::cli
