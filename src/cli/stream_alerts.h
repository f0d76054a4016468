#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "alerts/check.h"
#include "base/clock.h"
#include "base/result.h"
#include "lake/lake.h"
#include "stream/stream_job.h"

namespace cadenza::cli {

/// `stream --alerts`: judges the windows of a stream as its batches come, and delivers what is due.
class StreamAlerts {
 public:
  /// `is_quiet`: no line for each alert.
  explicit StreamAlerts(bool is_quiet) : is_quiet_(is_quiet) {}

  /// Rules and channels, from the settings.
  Status Read(const CLI::App& app, const std::vector<std::string>& configs);
  /// Windows change with batches only; that nothing comes any more is noticed in between.
  void CheckIfDue(lake::Lake* lake, const stream::StreamHealth& health);

 private:
  void Check(lake::Lake* lake, const std::string& table) const;

  bool is_quiet_;
  alerts::CheckOptions checks_;
  int64_t checked_batches_ = -1;
  Stopwatch last_check_;
};

}  // namespace cadenza::cli
