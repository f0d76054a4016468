#pragma once

#include <memory>
#include <string>

#include "storage/s3/client.h"
#include "storage/source_file.h"
#include "storage/zip_archive.h"

namespace cadenza::s3 {

/// ListSources for s3://bucket/key: an object, a prefix (as a folder), or a glob over keys.
Result<SourceListing> ListSources(const std::shared_ptr<Client>& client,
                                  const std::string& pattern);

/// True when the glob names this key, or a folder above it.
bool KeyMatches(const std::string& pattern, const std::string& key);

/// A zip is read from both ends, so it is fetched into a temporary file without a name first.
Result<std::shared_ptr<ZipArchive>> FetchArchive(const SourceFile& file);

}  // namespace cadenza::s3
