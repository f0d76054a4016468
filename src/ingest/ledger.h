#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "decode/line.h"
#include "engine/engine.h"
#include "lake/lake.h"

namespace cadenza::ingest {

enum class Source { kLogs, kSongs };
std::string_view SourceName(Source source);

/// What became of a source file: good + duplicate + quarantined + blank + bom = size.
struct LedgerEntry {
  std::string file;
  Source source = Source::kLogs;
  int64_t run = 0;
  int64_t stored_bytes = 0;
  int64_t modified_ms = 0;
  decode::LineCounts counts;  ///< good without the duplicates
  int64_t duplicate_bytes = 0;
  int64_t duplicate_lines = 0;
  std::string ts_unit;

  int64_t size_bytes() const { return counts.total_bytes() + duplicate_bytes; }
  void MoveToDuplicates(int64_t lines, int64_t bytes);
  std::string ToJson() const;
};

/// The ledger of a lake: which files were read, and how they looked then.
class Ledger {
 public:
  /// Reads ops.ledger at the lake's state.
  static Result<Ledger> Read(lake::Lake& lake);

  /// True when a file of this name, size and time was read as this source.
  bool Knows(Source source, const std::string& file, int64_t stored_bytes,
             int64_t modified_ms) const;
  /// nullptr when the file was not read as this source.
  const LedgerEntry* Find(Source source, const std::string& file) const;
  /// Sorted by source and file, as Added.
  std::vector<const LedgerEntry*> All() const;

  /// A file that this run read; replaces what an earlier run found in it.
  void Put(LedgerEntry entry);
  /// Lines of a file whose content now stands in another file's row, or the other way round.
  void MoveToDuplicates(Source source, const std::string& file, int64_t lines, int64_t bytes);

  /// True when rows of earlier runs changed, so that appending is not enough.
  bool has_replacements() const { return has_replacements_; }
  /// Entries of files that no earlier run read.
  std::vector<const LedgerEntry*> Added() const;

 private:
  struct Known {
    LedgerEntry entry;
    bool is_added = false;
  };
  using Files = std::unordered_map<std::string, Known>;

  Files& files(Source source) { return files_[static_cast<size_t>(source)]; }
  const Files& files(Source source) const { return files_[static_cast<size_t>(source)]; }

  std::vector<const LedgerEntry*> Sorted(const std::function<bool(const Known&)>& is_wanted) const;

  std::array<Files, 2> files_;  ///< by source
  bool has_replacements_ = false;
};

}  // namespace cadenza::ingest
