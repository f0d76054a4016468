#pragma once

#include <string>

#include "base/result.h"
#include "engine/duckdb/connection.h"

namespace cadenza::engine {

/// Loads one of the engine's extensions, which lie beside its library; loading it again costs
/// nothing. `purpose` is for the error: "S3", "Delta tables".
Status LoadExtension(Connection* connection, const std::string& name, const std::string& purpose);

}  // namespace cadenza::engine
