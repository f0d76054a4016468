#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "decode/line.h"
#include "storage/source_file.h"

namespace cadenza::decode {

/// Whole lines of a source file in memory, followed by at least kPadding readable bytes.
struct LineBlock {
  std::string_view bytes;  ///< starts at a line's first byte; the last line may lack its line end
  int64_t offset = 0;      ///< of bytes[0] in the decompressed file
};
inline constexpr size_t kPadding = 64;

struct BlockLimits {
  size_t block_bytes = size_t{512} << 10;
  size_t line_bytes_max = size_t{1} << 20;  ///< longer lines end in quarantine as oversized
  size_t raw_bytes_max = 4096;              ///< of a quarantined line that is kept

  /// A character more than is kept tells whether something was cut.
  size_t RawBytesRead() const { return raw_bytes_max + 4; }
};

/// Of a line that is longer than the limit. `raw` is what RawBytesRead() gives of it.
QuarantinedLine MakeOversized(int64_t offset, int64_t length_bytes, std::string_view raw,
                              const BlockLimits& limits);

/// Receives what a block reader itself finds out about a file. Calls come from the reading thread.
class BlockFindings {
 public:
  virtual ~BlockFindings() = default;
  virtual void OnBom(int64_t bytes) = 0;
  virtual void OnQuarantined(QuarantinedLine line) = 0;  // oversized lines
};

/// Memory that one reader after the other uses, one at a time; fresh pages cost more than reading
/// from the system's cache.
struct BlockBuffer {
  std::unique_ptr<char[]> bytes;
  size_t capacity = 0;
};

/// Yields the lines that *begin* in [begin, end) of a plain file, so that several threads can share
/// one file: every line belongs to exactly one range. Memory: one block, grown up to
/// line_bytes_max for a long line; beyond, the line is skipped and reported as oversized.
/// The bytes of a block lie in the buffer, which outlives the reader, and are valid until the next
/// call of Next. Not thread-safe.
class BlockReader {
 public:
  static std::unique_ptr<BlockReader> OverRange(std::shared_ptr<ByteRange> reader, int64_t begin,
                                                int64_t end, BlockLimits limits,
                                                BlockFindings* findings, BlockBuffer* buffer);
  static std::unique_ptr<BlockReader> OverStream(std::unique_ptr<ByteStream> reader,
                                                 BlockLimits limits, BlockFindings* findings,
                                                 BlockBuffer* buffer);
  virtual ~BlockReader() = default;
  /// False at the end. After an error of a ByteStream the whole lines before it have been
  /// yielded already, and the unfinished last line is reported as kTruncated.
  virtual Result<bool> Next(LineBlock* block) = 0;
};

}  // namespace cadenza::decode
