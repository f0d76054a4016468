#pragma once

#include <cstdint>
#include <string>

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

  Incident& Of(AlertKind kind);
  std::string ToJson() const;
  static Result<IncidentState> FromJson(const std::string& text);
};

}  // namespace cadenza::alerts
