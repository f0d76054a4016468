#include "stream/folder_source.h"

#include <filesystem>

#include "decode/utf8.h"
#include "engine/parquet_faults.h"
#include "engine/reason_text.h"
#include "sources/relation.h"
#include "storage/glob.h"
#include "storage/s3/address.h"
#include "stream/json_files.h"
#include "stream/parquet_files.h"

namespace cadenza::stream {
namespace {

namespace fs = std::filesystem;

/// The one spelling of a path on disk: absolute, without links, "." and "//". Of a glob, the folder
/// before its first pattern.
std::string PlainPath(const std::string& path) {
  if (s3::IsAddress(path)) return path;
  const size_t glob = fs::exists(path) ? path.npos : path.find_first_of("*?[");
  size_t end = path.size();
  if (glob != path.npos) {
    const size_t slash = path.rfind('/', glob);
    end = slash == path.npos ? 0 : slash;
  }
  std::error_code error;
  const std::string begin = end == 0 && path.starts_with('/') ? "/" : path.substr(0, end);
  const fs::path plain =
      fs::weakly_canonical(begin.empty() ? fs::path(".") : fs::path(begin), error);
  if (error) return path;
  std::string text = plain.string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  if (end == path.size()) return text;
  const std::string rest = path.substr(path.find_first_not_of('/', end));
  return (text == "/" ? text : text + "/") + rest;
}

}  // namespace

/// Files come, and may be taken away again by whoever put them there.
bool FolderSource::MayFill(const std::string& pattern) const {
  std::error_code error;
  if (!s3::IsAddress(pattern) && fs::is_directory(pattern, error)) return true;
  return waits_ && (s3::IsAddress(pattern) || IsGlob(pattern));
}

Status FolderSource::ListPattern(const std::string& given) {
  const std::string pattern = PlainPath(given);
  Result<SourceListing> listing = ListSources(pattern, lake_->s3());
  if (!listing.ok()) {
    if (listing.error().kind == ErrorKind::kNotFound && MayFill(pattern)) return {};
    return listing.error();
  }
  for (SourceFile& file : listing->files) {
    if (file.compression == Compression::kDelta) {
      return MakeError(ErrorKind::kInput,
                       "a stream takes files that arrive, and no Delta table (etl does): {}",
                       file.name);
    }
    file.name = decode::ReplaceInvalidUtf8(file.name);
    files_.emplace(file.name, std::move(file));
  }
  return {};
}

Result<std::vector<Part>> FolderSource::List() {
  files_.clear();
  for (const std::string& pattern : options_.paths) CADENZA_TRY(ListPattern(pattern));
  std::vector<Part> parts;
  parts.reserve(files_.size());
  for (const auto& [name, file] : files_) {
    parts.push_back({name, 0, file.size_bytes, file.modified_ms});
  }
  return parts;
}

std::vector<SourceFile> FolderSource::listed() const {
  std::vector<SourceFile> files;
  for (const auto& [name, file] : files_) files.push_back(file);
  return files;
}

Status FolderSource::OpenReader(const std::vector<SourceFile>& files) {
  size_t parquet = 0;
  for (const SourceFile& file : files) parquet += file.compression == Compression::kParquet ? 1 : 0;
  const bool is_parquet = parquet == files.size();
  if ((parquet > 0 && !is_parquet) || (reader_ && reads_parquet_ != is_parquet)) {
    return MakeError(ErrorKind::kInput,
                     "a stream's files are all JSON or all Parquet; start another stream for: {}",
                     files.back().name);
  }
  if (reader_) return {};
  CADENZA_TRY(sources::KnowZones(&lake_->engine()));
  reads_parquet_ = is_parquet;
  if (is_parquet) {
    kind_ = "sessions";
    reader_ = std::make_unique<ParquetFiles>(lake_, options_);
    return {};
  }
  if (kind_ == "auto") {
    CADENZA_ASSIGN(const bool is_log, IsLog(&lake_->engine(), files.front()));
    kind_ = is_log ? "logs" : "sessions";
  }
  reader_ = std::make_unique<JsonFiles>(lake_, options_, kind_ == "logs");
  return {};
}

Status FolderSource::Bind(const std::vector<Part>& parts, const std::string& folder) {
  std::vector<SourceFile> files;
  for (const Part& part : parts) {
    const auto found = files_.find(part.name);
    if (found == files_.end() || found->second.size_bytes != part.end ||
        found->second.modified_ms != part.modified_ms) {
      return MakeError(ErrorKind::kNotFound, "the file is gone or changed: {}", part.name);
    }
    files.push_back(found->second);
  }
  CADENZA_TRY(OpenReader(files));
  return reader_->Bind(files, folder);
}

/// What is packed holds some eight times as many events a byte.
int64_t FolderSource::PlainBytes(const Part& part) const {
  constexpr int64_t kPacked = 8;
  const auto found = files_.find(part.name);
  const bool is_packed =
      found != files_.end() && (found->second.compression == Compression::kParquet ||
                                found->second.compression == Compression::kGzip);
  return part.end * (is_packed ? kPacked : 1);
}

Result<std::vector<decode::LineCounts>> FolderSource::Counts(bool some_without_time) {
  return reader_->Counts(some_without_time);
}

Result<std::string> FolderSource::Quarantined(int64_t run) { return reader_->Quarantined(run); }

Result<int64_t> FolderSource::Rescued() { return reader_->Rescued(); }

namespace {

Status ReadWhole(engine::Engine* engine, const SourceFile& file) {
  if (file.compression == Compression::kParquet) {
    CADENZA_TRY(engine::CheckParquetFaults(engine, engine::QuotePath(file.container)));
    return engine->Execute(fmt::format("SELECT sum(hash(COLUMNS(*))) FROM read_parquet({})",
                                       engine::QuotePath(file.container)));
  }
  CADENZA_ASSIGN(const std::unique_ptr<ByteStream> stream, OpenStream(file));
  std::vector<char> buffer(size_t{1} << 20);
  while (true) {
    CADENZA_ASSIGN(const size_t size, stream->Read(buffer.data(), buffer.size()));
    if (size == 0) return {};
  }
}

}  // namespace

Result<std::map<std::string, std::string>> FolderSource::Damaged(const std::vector<Part>& parts) {
  std::map<std::string, std::string> damaged;
  for (const Part& part : parts) {
    const auto found = files_.find(part.name);
    if (found == files_.end() || found->second.compression == Compression::kNone) continue;
    const Status read = ReadWhole(&lake_->engine(), found->second);
    if (read.ok()) continue;
    if (read.error().kind == ErrorKind::kInterrupted) return read.error();
    const std::string text = engine::WithoutEngineWords(part.name + ": " + read.error().message);
    damaged[part.name] = text.substr(part.name.size() + 2, text.find('\n') - part.name.size() - 2);
  }
  return damaged;
}

std::vector<std::string> FolderSource::Folders() const {
  std::vector<std::string> folders;
  for (const std::string& pattern : options_.paths) {
    std::error_code error;
    if (s3::IsAddress(pattern) || !fs::is_directory(pattern, error)) continue;
    folders.push_back(pattern);
    for (auto entry = fs::recursive_directory_iterator(pattern, error);
         !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      std::error_code ignored;
      if (entry->is_directory(ignored)) folders.push_back(entry->path().string());
    }
  }
  return folders;
}

}  // namespace cadenza::stream
