#pragma once

#include <functional>
#include <string>

namespace cadenza::maintenance {

/// What every command that cares for a lake is told.
struct CareOptions {
  /// Fills the summary with what would be done, takes no lock and changes nothing.
  bool dry_run = false;
  /// Asked while another run writes to the lake; empty: fail at once.
  std::function<bool()> keep_waiting;
  /// Called when work on a table begins.
  std::function<void(const std::string& table)> on_table;
};

}  // namespace cadenza::maintenance
