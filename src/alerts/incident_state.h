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
    int64_t calm_windows = 0;  ///< one after the other, up to the last judged
  };
  /// Windows that an incident explains: they say nothing of the level. Known from the window on at
  /// which it opened, and for as long as it is not believed to be the new level.
  struct Explained {
    AlertKind kind = AlertKind::kSpike;
    int64_t from_ms = 0;
    int64_t end_ms = INT64_MAX;
    int64_t seen_ms = 0;
    int64_t until_ms = INT64_MAX;
    double factor = 1;  ///< of a step that became the level: by how much

    bool operator==(const Explained&) const = default;
  };
  Incident spike, drop, missing;
  std::vector<Explained> explained;

  void Open(AlertKind kind, int64_t from_ms, int64_t seen_ms);
  void Close(AlertKind kind, int64_t end_ms);
  /// It lasts: from now on its windows count after all, and those before it by this factor.
  void CloseAsStep(AlertKind kind, int64_t now_ms, double factor);
  /// Whether a window tells nothing of the level at another that is judged.
  bool Explains(int64_t window_ms, int64_t judged_ms) const;
  /// By what a window is to be multiplied to stand at the level that is known of.
  double FactorBefore(int64_t window_ms, int64_t judged_ms) const;
  /// A step was taken for the new level before.
  bool HasStep(int64_t judged_ms) const;
  /// Forgets what ended before.
  void Forget(int64_t before_ms);

  Incident& Of(AlertKind kind);
  std::string ToJson() const;
  static Result<IncidentState> FromJson(const std::string& text);
};

}  // namespace cadenza::alerts
