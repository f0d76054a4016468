#pragma once

#include <cstdint>

#include "simulate/page.h"

namespace cadenza::simulate {

inline constexpr uint32_t kNoSong = UINT32_MAX;

/// One thing that one listener did; what is the same for all events of a listener or a song is
/// looked up by number when the line is written.
struct Event {
  int64_t ts_ms = 0;       ///< as the client's clock says
  int64_t arrival_ms = 0;  ///< when the log gets it: the place in the files
  uint32_t listener = 0;
  uint32_t song = kNoSong;
  uint32_t session = 0;
  uint32_t item = 0;
  Page page = Page::kHome;
  Auth auth = Auth::kLoggedIn;
  Level level = Level::kFree;
};

}  // namespace cadenza::simulate
