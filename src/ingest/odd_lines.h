#pragma once

#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "engine/scan.h"
#include "ingest/findings.h"
#include "storage/scratch_folder.h"

namespace cadenza::ingest {

/// Lines that a cluster leaves to the decoder of this machine: they are written to scratch files,
/// scanned as any log, and what comes of them is put where they stood in their own files.
/// Not thread-safe.
class OddLines {
 public:
  /// `logs` are the files from which the lines come; it and the findings must outlive this.
  OddLines(engine::Engine* here, const engine::EventScan& logs, Findings* findings)
      : here_(here), logs_(logs), findings_(findings) {}

  /// Decodes the rows of the relation (of `here`): file (its number), _offset, _length,
  /// is_oversized, line (BLOB; of an oversized one its beginning). Binds the good ones as
  /// `event_lines`, with the columns of an event scan; the bad ones go to the findings, and the
  /// counts of both.
  Status Decode(const std::string& lines);

 private:
  struct Place {
    int64_t at = 0;  ///< in the scratch file
    size_t file = 0;
    int64_t offset = 0;
  };
  /// A scratch file of lines whose times have one unit.
  struct Piece {
    decode::TimeUnit unit = decode::TimeUnit::kMilliseconds;
    std::vector<Place> places;
    int64_t size_bytes = 0;
  };
  class Observer;

  Status WritePieces(const std::string& lines);
  Status Take(size_t file, int64_t offset, int64_t length, const std::string& line);
  void Refuse(size_t file, decode::QuarantinedLine line);
  Status Scan();
  Status LoadPlaces();
  std::string PathOf(size_t piece) const { return scratch_->File(std::to_string(piece)); }

  engine::Engine* here_;
  const engine::EventScan& logs_;
  Findings* findings_;
  std::unique_ptr<ScratchFolder> scratch_;
  std::vector<Piece> pieces_;
  std::map<decode::TimeUnit, size_t> open_;  ///< the piece that takes lines with a line end
  std::map<size_t, std::ofstream> written_;
};

}  // namespace cadenza::ingest
