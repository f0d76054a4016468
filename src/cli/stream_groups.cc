#include "cli/stream_groups.h"

#include <algorithm>
#include <initializer_list>

#include "engine/sql_text.h"
#include "stream/window_operator.h"

namespace cadenza::cli {

Status CheckGroups(const std::vector<std::string>& groups) {
  if (groups.size() > stream::kGroupsMax) {
    return MakeError(ErrorKind::kUsage, "--group: {} columns at most, not {}", stream::kGroupsMax,
                     groups.size());
  }
  for (const std::string& group : groups) {
    // Of a table, names that differ in their case alone are one.
    const auto is_same = [&](const std::string& name) {
      return engine::Lower(group) == engine::Lower(name);
    };
    const bool taken = std::ranges::any_of(
        std::initializer_list<const char*>{"window_start", "window_end", "sessions",
                                           "sessions_per_min", "events", "events_per_min",
                                           "customers", "is_final"},
        is_same);
    if (taken || std::ranges::count_if(groups, is_same) > 1) {
      return MakeError(ErrorKind::kUsage, "--group: the windows have that column already: {}",
                       group);
    }
  }
  return {};
}

}  // namespace cadenza::cli
