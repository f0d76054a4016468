#pragma once

#include <string>
#include <utility>
#include <vector>

#include "decode/block.h"
#include "engine/damage.h"

namespace cadenza::engine {

/// What a block reader finds besides lines, kept until a file's counts are handed on.
class ScanFindings : public decode::BlockFindings {
 public:
  void OnBom(int64_t bytes) override { counts.bom_bytes += bytes; }
  void OnQuarantined(decode::QuarantinedLine line) override {
    counts.Count(decode::LineClass::kQuarantined, line.length_bytes);
    lines.push_back(std::move(line));
  }
  /// An archive that ends early or is damaged. The unfinished line is there already when there was
  /// one; an archive that was cut between two lines gets a note of no bytes.
  void NoteDamage(const std::string& message) {
    for (decode::QuarantinedLine& line : lines) {
      if (line.reason != decode::Reason::kTruncated) continue;
      line.detail = std::string(kDamaged) + message;
      return;
    }
    decode::QuarantinedLine note;
    note.offset = counts.total_bytes();
    note.reason = decode::Reason::kTruncated;
    note.detail = std::string(kDamaged) + message;
    lines.push_back(std::move(note));
  }

  decode::LineCounts counts;
  std::vector<decode::QuarantinedLine> lines;
};

}  // namespace cadenza::engine
