#pragma once

#include <duckdb.h>

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/duckdb/scan_binding.h"
#include "engine/duckdb/table_lines.h"
#include "engine/scan.h"

namespace cadenza::engine {

/// Registers read_events('pattern') and cadenza_event_scan(number of a registered scan). `tables`
/// lists what patterns name, and outlives the database.
Status RegisterEventFunctions(duckdb_connection connection, ScanRegistry<EventScan>* scans,
                              TableLines* tables);
/// Registers read_songs('pattern') and cadenza_song_scan(number).
Status RegisterSongFunctions(duckdb_connection connection, ScanRegistry<SongScan>* scans,
                             TableLines* tables);
/// Registers match_text(text), the normal form in which titles and artists are compared, and
/// shown_text(text), in which they are shown.
Status RegisterMatchText(duckdb_connection connection);

/// Registers is_odd_id(text): whether an id may differ from its normal form (id_text): it is empty,
/// has blanks at an end, or may be a whole number with a point (39.0). One look instead of the six
/// that SQL needs, for each id of a source. False of NULL.
Status RegisterIdFunctions(duckdb_connection connection);

/// Registers count_days(date), an aggregate: how many distinct dates there are, NULL not counted.
/// As count(DISTINCT date), by bits in place of a row of a table for each group and date.
Status RegisterCountDays(duckdb_connection connection);

/// Registers play_id(ts_ms, user_id, session_id, item_in_session): the lower-case hex md5 of the
/// four as text with '|' between, NULL as \\N. As a function of its own it takes a third of the
/// time of the same expression in SQL.
Status RegisterPlayId(duckdb_connection connection);

}  // namespace cadenza::engine
