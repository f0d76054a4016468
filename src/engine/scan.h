#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "decode/block.h"
#include "decode/event_decoder.h"
#include "decode/line.h"
#include "storage/source_file.h"

namespace cadenza::engine {

/// A decoded row's natural key, hashed; equal keys have equal hashes and equal days.
struct KeyMark {
  int32_t day;  ///< since 1970-01-01, UTC
  uint64_t hash;
};

/// Learns what a scan finds besides good rows. Called from the scan's threads: thread-safe.
class ScanObserver {
 public:
  virtual ~ScanObserver() = default;
  virtual void OnCounts(size_t file, const decode::LineCounts& counts) = 0;
  virtual void OnQuarantined(size_t file, decode::QuarantinedLine line) = 0;
  /// False: OnKeys is not called, and columns that nobody selects are not decoded.
  virtual bool WantsKeys() const { return true; }
  virtual void OnKeys(std::span<const KeyMark> keys) = 0;
  /// Bytes read from the sources as they are stored, for progress.
  virtual void OnProgress(int64_t stored_bytes) = 0;
};

/// Event files as a relation: the columns of decode::kEventColumns with ts_ms, then event_time,
/// event_date, _rescued, _error, _file, _offset, _length. Without an observer bad lines are rows
/// with _error; with one they go there only.
struct EventScan {
  std::vector<SourceFile> files;
  std::vector<decode::TimeUnit> units;  ///< one a file; empty: milliseconds
  decode::BlockLimits limits;
  bool require_time = true;  ///< a line without a sensible ts is bad
  ScanObserver* observer = nullptr;
};

/// Catalogue files as a relation: song_id, title, artist_id, artist_name, artist_location,
/// artist_latitude, artist_longitude, duration, year, num_songs, _rescued, _error, _file, _offset,
/// _length. Marks hold the hash of song_id, day 0.
struct SongScan {
  std::vector<SourceFile> files;
  decode::BlockLimits limits;
  ScanObserver* observer = nullptr;
};

}  // namespace cadenza::engine
