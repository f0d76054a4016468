#pragma once

#include <cstdint>
#include <vector>

#include "simulate/simulation.h"
#include "simulate/table_file.h"

namespace cadenza::simulate {

/// The same listeners as an engagement source: Parquet tables customers, artists, tracks, dates,
/// sessions, subscriptions and events (plays, skips, likes, openings of the app). A session is
/// written when the next one of its listener starts, or at the end.
class EngagementFiles {
 public:
  EngagementFiles(const World& world, std::span<const Listener> listeners, FileSink* sink);

  Status Write(const Hour& hour);
  Status Finish();
  int64_t sessions() const { return sessions_.rows(); }
  int64_t events() const { return events_.rows(); }

 private:
  /// What is known of a listener's session and subscription under way.
  struct Open {
    int64_t session_start_ms = 0;
    int64_t session_end_ms = 0;  ///< of the last event, or of its song
    uint32_t session = 0;        ///< 0 = none
    uint32_t song = kNoSong;     ///< that plays
    int64_t song_start_ms = 0;
    int64_t level_since_ms = 0;
    Level level = Level::kFree;
    bool left = false;
  };

  Status Take(const Event& event);
  Status EndSession(uint32_t listener, const Open& open);
  Status PutEvent(const Event& event, std::string_view type, uint32_t song);
  Status EndSubscription(uint32_t listener, const Open& open, int64_t end_ms, bool left);
  Status WriteCatalogue();
  Status WriteCustomersAndDates();

  const World& world_;
  std::span<const Listener> listeners_;
  FileSink* sink_;
  std::vector<Open> open_;
  TableFile sessions_, subscriptions_, events_;
};

}  // namespace cadenza::simulate
