#pragma once

#include <string>

#include "engine/arrow_rows.h"
#include "engine/engine.h"

namespace cadenza::cli {

/// Streams a query's rows to standard output, through a pipe: the engine would open a redirected
/// /dev/stdout anew and write over what stands in the file already.
Status ExportToStdout(engine::Engine* engine, const std::string& select, const std::string& format);

/// The same as a stream of Arrow's IPC format, of a query or of rows that come as Arrow.
Status ExportArrowToStdout(engine::Engine* engine, const std::string& select);
Status ExportArrowToStdout(ArrowArrayStream* rows);

}  // namespace cadenza::cli
