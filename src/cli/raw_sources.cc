#include "cli/raw_sources.h"

#include <regex>
#include <string_view>

#include "engine/engine.h"
#include "storage/source_file.h"

namespace cadenza::cli {
namespace {

constexpr size_t kSniffBytes = size_t{64} << 10;

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

}  // namespace

std::string ResolveRawFiles(const std::string& sql) {
  static const std::regex kRawFile(
      R"(\b(from|join)\s+'([^']+\.(?:json|jsonl|ndjson|zip)(?:\.gz)?)')", std::regex::icase);
  std::string resolved;
  std::string rest = sql;
  std::smatch match;
  while (std::regex_search(rest, match, kRawFile)) {
    const std::string pattern = match[2].str();
    resolved += match.prefix().str() + match[1].str() + " " +
                (LooksLikeCatalogue(pattern) ? "read_songs(" : "read_events(") +
                engine::QuoteText(pattern) + ")";
    rest = match.suffix();
  }
  return resolved + rest;
}

}  // namespace cadenza::cli
