#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decode/block.h"
#include "decode/line.h"

namespace cadenza::decode {

/// A catalogue record as delivered: one song with its own artist name.
struct SongRow {
  std::optional<int64_t> num_songs;
  std::optional<std::string> artist_id, artist_location, artist_name, song_id, title;
  std::optional<double> artist_latitude, artist_longitude, duration;
  std::optional<int32_t> year;
  std::string rescued;
  int64_t offset = 0;
  int64_t length_bytes = 0;  ///< with line ends
  int64_t lines = 1;         ///< a pretty-printed record spans several
  Reason reason = Reason::kNone;
  std::string detail;
  std::string_view line;  ///< the record's text, without line end
};

/// Decodes a whole catalogue file that is in memory (decompressed): one record a line, or one
/// pretty-printed record. Bad records are yielded with their reason. `bytes` needs kPadding
/// readable bytes behind it. Not thread-safe.
class SongDecoder {
 public:
  SongDecoder();
  ~SongDecoder();
  void Decode(std::string_view bytes, const BlockLimits& limits, LineCounts* counts,
              std::vector<SongRow>* rows);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cadenza::decode
