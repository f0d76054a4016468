#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "decode/line.h"

namespace cadenza::decode {

/// What a byte-by-byte reading of one JSON value found.
struct JsonScan {
  enum class Outcome { kComplete, kTruncated, kMalformed };
  Outcome outcome = Outcome::kComplete;
  size_t position = 0;  ///< behind the value, or where it went wrong
  std::string message;  ///< not for kComplete
};

/// Reads the value that begins at text[begin] (no white space before it). Slow, exact and without
/// recursion: for what the fast reader refused, and to find where a record ends.
JsonScan ScanValue(std::string_view text, size_t begin);

struct Diagnosis {
  Reason reason = Reason::kNone;
  std::string detail;
};

/// Why a line is not one JSON object; kNone if it is.
Diagnosis Diagnose(std::string_view line);

}  // namespace cadenza::decode
