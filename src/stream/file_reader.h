#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "stream/source.h"

namespace cadenza::stream {

/// Files of one form as rows: what a folder's source does with the files of a batch.
/// Calls as those of Source.
class FileReader {
 public:
  virtual ~FileReader() = default;
  virtual Status Bind(const std::vector<SourceFile>& files, const std::string& folder) = 0;
  virtual Result<std::vector<decode::LineCounts>> Counts(bool some_without_time) = 0;
  virtual Result<std::string> Quarantined(int64_t run) = 0;
  virtual Result<int64_t> Rescued() { return int64_t{0}; }
};

}  // namespace cadenza::stream
