#pragma once

#include <duckdb.h>

#include "base/result.h"
#include "engine/duckdb/scan_binding.h"
#include "engine/held_rows.h"

namespace cadenza::engine {

/// Registers cadenza_held_rows(number): rows that the program has in memory.
Status RegisterHeldRows(duckdb_connection connection, ScanRegistry<const HeldRows>* rows);

}  // namespace cadenza::engine
