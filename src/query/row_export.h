#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/arrow_rows.h"
#include "engine/engine.h"

namespace cadenza::query {

/// Takes bytes in their order, from one thread; they are valid during the call only. After an error
/// it is not called again.
using Sink = std::function<Status(std::string_view)>;

/// Streams a query's rows as csv, json (one array, without NaN and Infinity), parquet or arrow (a
/// stream of Arrow's IPC format). An error of the sink stops the query and is returned.
Status ExportRows(engine::Engine* engine, const std::string& select, const std::string& format,
                  const Sink& sink);

/// Arrow's IPC format of rows that come as Arrow.
Status ExportArrow(ArrowArrayStream* rows, const Sink& sink);

}  // namespace cadenza::query
