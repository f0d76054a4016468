#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace cadenza::decode {

/// The positions of all JSON punctuation and of the first byte of every scalar in a text: what
/// simdjson calls stage 1. It runs over many lines at once at several GB/s, which per-line parsing
/// cannot. Not thread-safe.
///
/// This uses simdjson's parser implementation directly, which its documentation keeps for
/// benchmarks: the public document stream cannot tell a line from a document, so that an object
/// spread over two lines would pass. No other file of ours includes simdjson's parser.
class StructuralIndex {
 public:
  StructuralIndex();
  ~StructuralIndex();

  /// False if the text is not UTF-8, ends inside a string or has a control character (also a line
  /// end) inside a string. Then nothing is known about its lines, and each must be indexed alone.
  bool Build(std::string_view text);
  /// Ascending offsets into the text of the last Build, valid until the next.
  std::span<const uint32_t> positions() const { return positions_; }

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  std::span<const uint32_t> positions_;
};

}  // namespace cadenza::decode
