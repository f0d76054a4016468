#include "ingest/source_selection.h"

#include <algorithm>
#include <unordered_set>

#include "decode/utf8.h"
#include "delta/table_version.h"
#include "storage/source_name.h"

namespace cadenza::ingest {
namespace {

std::string WithoutSlash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

/// The source is what was asked for, and not one of what was found below it.
bool IsNamed(const SourceFile& file, const std::string& pattern) {
  if (file.name == pattern || file.container == WithoutSlash(pattern)) return true;
  const auto versioned = ParseVersionedName(pattern);
  return versioned && file.version == versioned->second &&
         file.container == WithoutSlash(std::string(versioned->first));
}

}  // namespace

Result<Selection> SelectSources(const std::vector<std::string>& patterns, Source source,
                                const Ledger& ledger, bool everything, engine::Engine* engine,
                                const std::shared_ptr<s3::Client>& s3) {
  Selection selection;
  std::unordered_set<std::string> seen;
  for (const std::string& pattern : patterns) {
    CADENZA_ASSIGN(SourceListing listing, ListSources(pattern, s3));
    for (SourceFile& file : listing.files) {
      CADENZA_TRY(delta::FixVersion(&file));
      // Names are data of the lake: what is no UTF-8 in them is replaced there, not on the way to
      // the file.
      file.name = decode::ReplaceInvalidUtf8(file.name);
      if (!seen.insert(file.name).second) continue;
      if (!everything && ledger.Knows(source, file.name, file.size_bytes, file.modified_ms)) {
        ++selection.known;
        continue;
      }
      if (file.is_table()) {
        const Status opened = engine->OpenTable(&file, source == Source::kLogs ? "ts" : "song_id");
        const bool named = IsNamed(file, pattern);
        if (!opened.ok() && (named || opened.error().kind != ErrorKind::kInput)) {
          return MakeError(opened.error().kind, "{}: {}", file.name, opened.error().message);
        }
        if (!opened.ok()) {
          selection.skipped.push_back({file.name, opened.error().message});
          continue;
        }
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
