#include "storage/source_file.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "storage/glob.h"
#include "storage/gzip_stream.h"
#include "storage/plain_file.h"
#include "storage/source_listing.h"
#include "storage/zip_archive.h"

namespace cadenza {

Result<SourceListing> ListSources(const std::string& pattern) {
  if (pattern.find("://") != std::string::npos) {
    return MakeError(ErrorKind::kUsage, "only local files and folders can be listed: {}", pattern);
  }
  SourceWalk walk;
  std::error_code error;
  // A file may well have a name with brackets.
  if (std::filesystem::exists(pattern, error)) {
    CADENZA_TRY(walk.Add(pattern, true));
  } else if (IsGlob(pattern)) {
    CADENZA_ASSIGN(const auto paths, ExpandGlob(pattern));
    for (const std::string& path : paths) CADENZA_TRY(walk.Add(path, false));
  }
  SourceListing listing = walk.Finish();
  if (listing.files.empty() && listing.skipped.empty()) {
    return MakeError(ErrorKind::kNotFound, "no files found: {}", pattern);
  }
  return listing;
}

Result<std::unique_ptr<ByteStream>> OpenStream(const SourceFile& file) {
  if (file.compression == Compression::kZipMember) {
    if (file.archive) return file.archive->Open(file.member_index, file.member);
    return ZipArchive::At(file.container)->Open(file.member);
  }
  CADENZA_ASSIGN(std::shared_ptr<ByteRange> plain, PlainFile::Open(file.container));
  auto stream = std::make_unique<PlainStream>(std::move(plain));
  if (file.compression == Compression::kGzip) return OpenGzip(std::move(stream), file.name);
  return std::unique_ptr<ByteStream>(std::move(stream));
}

Result<std::shared_ptr<ByteRange>> OpenRange(const SourceFile& file) {
  if (file.compression != Compression::kNone) {
    return MakeError(ErrorKind::kInternal, "a compressed file has no ranges: {}", file.name);
  }
  CADENZA_ASSIGN(std::shared_ptr<ByteRange> plain, PlainFile::Open(file.container));
  return plain;
}

}  // namespace cadenza
