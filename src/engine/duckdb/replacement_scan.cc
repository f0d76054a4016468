#include <string>
#include <string_view>

#include "engine/duckdb/table_function.h"

namespace cadenza::engine {
namespace {

constexpr size_t kSniffBytes = size_t{64} << 10;

bool LooksLikeRawFile(std::string_view name) {
  if (name.ends_with(".gz")) name.remove_suffix(3);
  for (std::string_view ending : {".json", ".jsonl", ".ndjson", ".zip"}) {
    if (name.ends_with(ending)) return true;
  }
  return false;
}

/// The first bytes of the first file tell a catalogue from a log: only the one has song_id.
bool LooksLikeCatalogue(const std::string& pattern) {
  Result<SourceListing> listing = ListSources(pattern);
  if (!listing.ok() || listing->files.empty()) return false;
  Result<std::unique_ptr<ByteStream>> stream = OpenStream(listing->files.front());
  if (!stream.ok()) return false;
  std::string start(kSniffBytes, '\0');
  Result<size_t> got = (*stream)->Read(start.data(), start.size());
  if (!got.ok()) return false;
  const std::string_view text(start.data(), *got);
  return text.find("\"song_id\"") != std::string_view::npos &&
         text.find("\"sessionId\"") == std::string_view::npos;
}

void Replace(duckdb_replacement_scan_info info, const char* name, void*) {
  if (!LooksLikeRawFile(name)) return;
  duckdb_replacement_scan_set_function_name(
      info, LooksLikeCatalogue(name) ? "read_songs" : "read_events");
  duckdb_value pattern = duckdb_create_varchar(name);
  duckdb_replacement_scan_add_parameter(info, pattern);
  duckdb_destroy_value(&pattern);
}

}  // namespace

void RegisterReplacementScan(duckdb_database database) {
  duckdb_add_replacement_scan(database, Replace, nullptr, nullptr);
}

}  // namespace cadenza::engine
