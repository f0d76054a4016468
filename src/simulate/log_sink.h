#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cadenza::simulate {

/// Where files go, one after the other. Not thread-safe.
class LogSink {
 public:
  virtual ~LogSink() = default;
  /// `name` is relative: log_data/2018/11/2018-11-01-events.json
  virtual Status Begin(const std::string& name) = 0;
  virtual Status Append(std::string bytes) = 0;
  /// The file is complete; only now readers see it.
  virtual Status End() = 0;
  /// All of it is where it belongs.
  virtual Status Close() { return {}; }
};

/// Files below a folder, made when missing. A file has another name until it is complete.
std::unique_ptr<LogSink> OpenFolderSink(std::string folder);
/// All files as one stream of lines on standard output.
std::unique_ptr<LogSink> OpenStdoutSink();
/// Nowhere: for measurements.
std::unique_ptr<LogSink> OpenNullSink();
/// Hands everything to `sink` on a thread of its own; an error comes back with a later call.
std::unique_ptr<LogSink> InBackground(std::unique_ptr<LogSink> sink);

}  // namespace cadenza::simulate
