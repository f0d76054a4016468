#pragma once

#include <cstddef>
#include <string_view>

#include "decode/object_reader.h"
#include "decode/structural_index.h"

namespace cadenza::decode {

/// One line of a block, opened for reading.
struct OpenLine {
  std::string_view text;  ///< without line end
  size_t begin = 0;       ///< offset in the block
  size_t size_bytes = 0;  ///< with line end
  bool blank = false;     ///< nothing but white space
  bool readable = false;  ///< false: the line is bad, there is no use in reading its object
};

/// Cuts a block into lines and readies each for the ObjectReader. Many lines are indexed at once;
/// where one of them is odd, those around it are indexed one by one, so that an open quote cannot
/// swallow its neighbours. Not thread-safe.
class LineReader {
 public:
  /// The bytes must stay until the block has been read.
  void Begin(std::string_view block);
  /// `alone`: where no batch is under way, this line is indexed and no other with it.
  bool Next(OpenLine* line, bool alone = false);
  /// Where the next line begins in the block.
  size_t position() const { return at_; }
  /// Lines are indexed already and wait for being read.
  bool in_batch() const { return at_ < batch_end_; }
  /// Goes over a whole line that somebody else read; not in a batch.
  void Skip(size_t size_bytes) { at_ += size_bytes; }
  ObjectReader& object() { return object_; }

 private:
  void BeginBatch(size_t batch_bytes);
  void OpenAlone(OpenLine* line);

  std::string_view block_;
  size_t at_ = 0;
  size_t batch_begin_ = 0;
  size_t batch_end_ = 0;
  bool batch_indexed_ = false;
  StructuralIndex index_;
  ObjectReader object_;
};

}  // namespace cadenza::decode
