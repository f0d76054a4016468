#pragma once

#include <duckdb.h>

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/scan.h"

namespace cadenza::engine {

/// Registers read_events('pattern') and cadenza_event_scan(address) on a connection's database.
Status RegisterEventFunctions(duckdb_connection connection);
/// Registers read_songs('pattern') and cadenza_song_scan(address).
Status RegisterSongFunctions(duckdb_connection connection);
/// Registers match_text(text), the normal form in which titles and artists are compared.
Status RegisterMatchText(duckdb_connection connection);

}  // namespace cadenza::engine
