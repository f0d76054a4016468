#pragma once

// The engine's relations by which the parts of a stream hand rows to each other. Times are BIGINT
// microseconds since 1970 UTC, with _us in their names.

namespace cadenza::stream {

/// From the source: event_us, customer_id, group_1 ..., _file, _offset. To be read once: what is
/// read is counted.
inline constexpr const char* kRows = "stream_rows";
/// The same rows, without being counted.
inline constexpr const char* kRowsAgain = "stream_rows_again";
/// What the stream keeps of earlier batches: window_start, window_end, group_1 ..., customer_id,
/// events.
inline constexpr const char* kStateBefore = "stream_state_before";
/// The batch in the form of the state: pane_us, end_us, group_1 ..., customer_id, events.
inline constexpr const char* kArrived = "stream_arrived";
/// Rows of the window table that are new or replace others.
inline constexpr const char* kWindows = "stream_windows";
/// Events behind the watermark, one row for each window that they are late for.
inline constexpr const char* kLateRows = "stream_late_rows";

}  // namespace cadenza::stream
