#pragma once

#include <cstdint>
#include <memory>

#include "storage/source_file.h"

namespace cadenza::decode {

/// The bytes of the lines that begin in [begin, end) of a plain file, as a stream. The first line
/// begins at byte 0 also where a byte order mark stands there. Not thread-safe.
class RangeLines : public ByteStream {
 public:
  RangeLines(std::shared_ptr<ByteRange> file, int64_t begin, int64_t end);
  /// Goes to the first line that begins in the range, and returns its offset.
  Result<int64_t> FindFirstLine();
  Result<size_t> Read(char* into, size_t size) override;

 private:
  Result<size_t> ReadTail(char* into, size_t size);

  std::shared_ptr<ByteRange> file_;
  int64_t at_;
  int64_t end_;
  bool done_ = false;
};

}  // namespace cadenza::decode
