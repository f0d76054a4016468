#include "storage/source_file.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "storage/glob.h"
#include "storage/gzip_stream.h"
#include "storage/parallel.h"
#include "storage/plain_file.h"
#include "storage/s3/address.h"
#include "storage/s3/object_range.h"
#include "storage/s3/source_objects.h"
#include "storage/source_listing.h"
#include "storage/source_name.h"
#include "storage/zip_archive.h"

namespace cadenza {

namespace {

/// More requests than threads compute: they wait for the network.
constexpr size_t kFetchesAtOnce = 32;

Result<std::shared_ptr<ByteRange>> OpenPlain(const SourceFile& file) {
  if (file.s3) return s3::OpenObject(file);
  CADENZA_ASSIGN(std::shared_ptr<ByteRange> plain, PlainFile::Open(file.container));
  return plain;
}

Status ReadWhole(const SourceFile& file, std::string* bytes) {
  CADENZA_ASSIGN(const std::shared_ptr<ByteRange> range, OpenPlain(file));
  bytes->resize(static_cast<size_t>(range->size_bytes()));
  CADENZA_ASSIGN(const size_t used, range->ReadAt(0, bytes->data(), bytes->size()));
  bytes->resize(used);
  return {};
}

/// A Parquet file's path below what the pattern names: only the folders in it can be columns.
void NoteBelow(const std::string& pattern, SourceFile* file) {
  const std::string& path = file->container;
  std::string root = pattern;
  while (root.size() > 1 && root.ends_with('/')) root.pop_back();
  if (path != pattern && path.starts_with(root + "/")) {
    root += '/';
  } else {
    // A pattern, or the file itself. A folder may well have a name with brackets: that was above.
    root.resize(std::min(root.find_first_of("*?["), root.size()));
    root.resize(path == pattern ? path.rfind('/') + 1 : root.rfind('/') + 1);
  }
  const bool is_below = path.starts_with(root);
  file->member = path.substr(is_below ? root.size() : path.rfind('/') + 1);
}

Result<SourceListing> List(const std::string& pattern, const std::shared_ptr<s3::Client>& s3);

}  // namespace

Result<SourceListing> ListSources(const std::string& given, const std::shared_ptr<s3::Client>& s3) {
  const std::string pattern = PlainAddress(given);
  CADENZA_ASSIGN(SourceListing listing, List(pattern, s3));
  for (SourceFile& file : listing.files) {
    if (file.compression == Compression::kParquet) NoteBelow(pattern, &file);
  }
  return listing;
}

namespace {

Result<SourceListing> List(const std::string& pattern, const std::shared_ptr<s3::Client>& s3) {
  if (s3::IsAddress(pattern)) {
    if (!s3) return MakeError(ErrorKind::kUsage, "S3 cannot be reached from here: {}", pattern);
    return s3::ListSources(s3, pattern);
  }
  if (pattern.find("://") != std::string::npos) {
    return MakeError(ErrorKind::kUsage, "neither a path nor s3://BUCKET/KEY: {}", pattern);
  }
  SourceWalk walk;
  std::error_code error;
  // A file may well have a name with brackets.
  if (std::filesystem::exists(pattern, error)) {
    CADENZA_TRY(walk.Add(pattern, true));
  } else if (const auto versioned = ParseVersionedName(pattern);
             versioned && IsDeltaFolder(std::string(versioned->first))) {
    walk.AddDelta(std::string(versioned->first), versioned->second);
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

}  // namespace

Result<std::unique_ptr<ByteStream>> OpenStream(const SourceFile& file) {
  if (file.is_table()) {
    if (file.rows) return file.rows->Open();
    return MakeError(ErrorKind::kInternal, "the engine was not asked for the rows of {}",
                     file.name);
  }
  if (file.compression == Compression::kZipMember) {
    if (file.archive) return file.archive->Open(file.member_index, file.member);
    return ZipArchive::At(file.container)->Open(file.member);
  }
  CADENZA_ASSIGN(std::shared_ptr<ByteRange> plain, OpenPlain(file));
  auto stream = std::make_unique<PlainStream>(std::move(plain));
  if (file.compression == Compression::kGzip) return OpenGzip(std::move(stream), file.name);
  return std::unique_ptr<ByteStream>(std::move(stream));
}

Result<std::shared_ptr<ByteRange>> OpenRange(const SourceFile& file) {
  if (file.compression != Compression::kNone) {
    return MakeError(ErrorKind::kInternal, "a compressed file has no ranges: {}", file.name);
  }
  return OpenPlain(file);
}

Result<std::vector<std::string>> ReadFiles(std::span<const SourceFile> files) {
  std::vector<std::string> contents(files.size());
  const size_t at_once = !files.empty() && files.front().s3 ? kFetchesAtOnce : 1;
  CADENZA_TRY(InParallel(files.size(), at_once,
                         [&](size_t f) { return ReadWhole(files[f], &contents[f]); }));
  return contents;
}

}  // namespace cadenza
