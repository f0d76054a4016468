#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/object_store.h"

namespace cadenza::simulate {

/// Where generated files go, one after the other. Not thread-safe.
class FileSink {
 public:
  virtual ~FileSink() = default;
  /// `name` is relative: log_data/2018/11/2018-11-01-events.json
  virtual Status Begin(const std::string& name) = 0;
  virtual Status Append(std::string bytes) = 0;
  /// The file is complete; only now readers see it.
  virtual Status End() = 0;
  /// All of it is where it belongs.
  virtual Status Close() { return {}; }
};

/// Files below a folder, made when missing. A file has another name until it is complete.
std::unique_ptr<FileSink> OpenFolderSink(std::string folder);
/// Objects of a store; each is held in memory until it is complete. Small ones, as of songs, are
/// put up to `at_once` together: over a network each takes its time. 1 = each at its end.
std::unique_ptr<FileSink> OpenStoreSink(std::unique_ptr<ObjectStore> store, size_t at_once);
/// All files as one stream of lines on standard output.
std::unique_ptr<FileSink> OpenStdoutSink();
/// Nowhere: for measurements.
std::unique_ptr<FileSink> OpenNullSink();
/// Hands everything to `sink` on a thread of its own; an error comes back with a later call.
std::unique_ptr<FileSink> InBackground(std::unique_ptr<FileSink> sink);

}  // namespace cadenza::simulate
