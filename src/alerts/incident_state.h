#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "alerts/alert.h"
#include "base/result.h"

namespace cadenza::alerts {

/// What a rule has to remember from window to window beside the windows themselves.
struct IncidentState {
  struct Incident {
    bool is_open = false;
    int64_t opened_ms = 0;     ///< start of the window at which it opened
    int64_t span_windows = 1;  ///< over which it was found
    int64_t clear_ms = 0;      ///< windows from here on belong to no earlier incident
  };
  Incident spike, drop, missing;

  /// What an incident explains: the level of later windows leaves it out, until it is confirmed as
  /// a step to a new level.
  struct Explained {
    AlertKind kind = AlertKind::kSpike;
    int64_t from_ms = 0;    ///< first window of the sum in which it was seen
    int64_t opened_ms = 0;  ///< later windows know of it
    int64_t to_ms = kOpen;  ///< first window behind it
    int64_t confirmed_ms = kOpen;

    static constexpr int64_t kOpen = int64_t{1} << 62;
  };
  std::vector<Explained> explained;  ///< in their order; old ones are dropped

  Incident& Of(AlertKind kind);
  std::string ToJson() const;
  static Result<IncidentState> FromJson(const std::string& text);
};

}  // namespace cadenza::alerts
