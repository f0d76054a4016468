#include "ingest/source_selection.h"

#include <algorithm>
#include <unordered_set>

#include "decode/utf8.h"

namespace cadenza::ingest {

Result<Selection> SelectSources(const std::vector<std::string>& patterns, Source source,
                                const Ledger& ledger, bool everything,
                                const std::shared_ptr<s3::Client>& s3) {
  Selection selection;
  std::unordered_set<std::string> seen;
  for (const std::string& pattern : patterns) {
    CADENZA_ASSIGN(SourceListing listing, ListSources(pattern, s3));
    for (SourceFile& file : listing.files) {
      // Names are data of the lake: what is no UTF-8 in them is replaced there, not on the way to
      // the file.
      file.name = decode::ReplaceInvalidUtf8(file.name);
      if (!seen.insert(file.name).second) continue;
      if (!everything && ledger.Knows(source, file.name, file.size_bytes, file.modified_ms)) {
        ++selection.known;
        continue;
      }
      selection.stored_bytes += file.size_bytes;
      selection.files.push_back(std::move(file));
    }
    for (SkippedFile& file : listing.skipped) {
      file.name = decode::ReplaceInvalidUtf8(file.name);
      if (seen.insert(file.name).second) selection.skipped.push_back(std::move(file));
    }
  }
  std::ranges::sort(selection.files, {}, &SourceFile::name);
  return selection;
}

}  // namespace cadenza::ingest
