#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cadenza::serve {

/// A message between the server and a process that runs queries:
///   type (1 byte), size of the rest (4 bytes, the machine's order), the rest
/// The server sends kQuestion and perhaps kStop; the answer is kBegin, any number of kPiece and
/// kEnd, or kFailure in place of any of them.
struct Frame {
  enum Type : char {
    kQuestion = 'Q',  ///< JSON
    kStop = 'S',      ///< nothing: whoever asked has gone
    kBegin = 'B',     ///< nothing: the query runs
    kPiece = 'P',     ///< bytes of the result
    kEnd = 'E',       ///< JSON: rows, is_cut
    kFailure = 'F',   ///< JSON: kind, message, position
  };
  Type type = kFailure;
  std::string bytes;
};

inline constexpr size_t kFrameBytesMax = size_t{8} << 20;

/// kIo when the other side is gone.
Status WriteFrame(int socket, Frame::Type type, std::string_view bytes);
/// kIo when the other side is gone, kInput for a message that is none.
Result<Frame> ReadFrame(int socket);

}  // namespace cadenza::serve
