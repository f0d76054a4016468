#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cadenza {

/// How the lines are kept. A Parquet file or a Delta table holds rows, which the engine makes lines
/// of.
enum class Compression { kNone, kGzip, kZipMember, kParquet, kDelta };

class ByteStream;
class ZipArchive;
namespace s3 {
class Client;
}

/// Opens the rows of a table as lines; the engine provides it, because this folder knows no
/// Parquet. Thread-safe.
class RowLines {
 public:
  virtual ~RowLines() = default;
  virtual Result<std::unique_ptr<ByteStream>> Open() const = 0;
};

/// A file (or a zip's member) that an ingest reads.
struct SourceFile {
  std::string name;       ///< as in `_file`: the path as found, "a.zip!member", or "table@v7"
  std::string container;  ///< the path to open
  std::string member;     ///< inside a zip
  Compression compression = Compression::kNone;
  int64_t size_bytes = 0;  ///< of the container, or the member's decompressed size
  int64_t modified_ms = 0;
  /// Of a listed member: shared by all of its zip, so that the zip's directory is read once. A
  /// SourceFile made by hand does without; then the member is found by its name.
  std::shared_ptr<ZipArchive> archive;
  uint64_t member_index = 0;
  /// Of an object on S3: who fetches it, and by what a changed object is told.
  std::shared_ptr<s3::Client> s3 = nullptr;
  std::string etag = {};
  /// Of a Delta table: its version; -1 = the newest.
  int64_t version = -1;
  /// Of a table: set by engine::Engine::OpenTable.
  std::shared_ptr<const RowLines> rows = nullptr;
  bool has_instants = false;  ///< its ts is a time, not a number of some unit

  bool is_table() const {
    return compression == Compression::kParquet || compression == Compression::kDelta;
  }
};

/// A file that was passed over, with the reason ("junk", "zero bytes", "not a log or song file").
struct SkippedFile {
  std::string name;
  std::string reason;
};

struct SourceListing {
  std::vector<SourceFile> files;  ///< ordered by name
  std::vector<SkippedFile> skipped;
};

/// Everything that `pattern` names, on disk or as s3://bucket/key (by `s3`): a file, a folder (all
/// depths), a glob (*, ?, [..], **), a zip or gz; members of zips are listed one by one. Junk
/// (IsJunkName) and files that are neither .json, .jsonl, .ndjson, .log, .txt, such with .gz, nor
/// Parquet are skipped (a file that is named itself is always taken). A folder with a `_delta_log`
/// is one Delta table, "folder@v7" its version 7; no file in it is listed by itself, because the
/// log may say that it was replaced. kNotFound when nothing is there.
Result<SourceListing> ListSources(const std::string& pattern,
                                  const std::shared_ptr<s3::Client>& s3 = nullptr);

/// Decompressed bytes one after the other. A cut or damaged archive is a kInput error of Read,
/// which comes after the bytes that were good. Several gzip members in one file are read through.
/// More than ExpansionLimit::kExpansionMax times the compressed size is refused as a bomb.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// 0 = end.
  virtual Result<size_t> Read(char* into, size_t size) = 0;
};
Result<std::unique_ptr<ByteStream>> OpenStream(const SourceFile& file);

/// Positioned reads of a plain file; thread-safe.
class ByteRange {
 public:
  virtual ~ByteRange() = default;
  virtual Result<size_t> ReadAt(int64_t offset, char* into, size_t size) = 0;
  virtual int64_t size_bytes() const = 0;
};
Result<std::shared_ptr<ByteRange>> OpenRange(const SourceFile& file);

/// The contents of small plain files: over a network many are fetched at once.
Result<std::vector<std::string>> ReadFiles(std::span<const SourceFile> files);

}  // namespace cadenza
