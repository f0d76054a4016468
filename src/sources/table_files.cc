#include "sources/table_files.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <set>

#include "sources/table_schema.h"
#include "storage/folder.h"
#include "storage/glob.h"
#include "storage/s3/listing.h"
#include "storage/s3/source_objects.h"
#include "storage/source_name.h"

namespace cadenza::sources {
namespace {

namespace fs = std::filesystem;

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::string NameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::optional<FileFormat> FormatOf(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return FileFormat::kDelta;
  std::string name = Lower(NameOf(path));
  for (const char* packed : {".gz", ".zst"}) {
    if (name.ends_with(packed)) name.resize(name.size() - std::string_view(packed).size());
  }
  for (const char* ending : {".parquet", ".pq"}) {
    if (name.ends_with(ending)) return FileFormat::kParquet;
  }
  for (const char* ending : {".json", ".jsonl", ".ndjson"}) {
    if (name.ends_with(ending)) return FileFormat::kJson;
  }
  for (const char* ending : {".csv", ".tsv"}) {
    if (name.ends_with(ending)) return FileFormat::kCsv;
  }
  return std::nullopt;
}

/// Spark and others begin with '_' what is no data.
bool IsPassedOver(const std::string& name) {
  return IsJunkName(name) || name.starts_with('.') || name.starts_with('_');
}

Status CheckFormat(const std::string& path) {
  if (FormatOf(path)) return {};
  return MakeError(ErrorKind::kUsage, "neither .parquet, .json, .jsonl, .ndjson, .csv nor .tsv: {}",
                   path);
}

/// Bytes by path.
using FoundFiles = std::map<std::string, int64_t>;

int64_t SizeOf(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  return error ? 0 : static_cast<int64_t>(size);
}

Status AddFiles(const std::string& path, bool named, FoundFiles* files) {
  std::error_code error;
  if (!fs::exists(path, error)) return MakeError(ErrorKind::kNotFound, "no such file: {}", path);
  if (fs::is_directory(path, error)) {
    if (fs::is_directory(Join(path, std::string(kDeltaLogName)), error)) {
      (*files)[path] = 0;
      return {};
    }
    CADENZA_ASSIGN(const std::vector<FolderEntry> entries, ReadFolder(path));
    for (const FolderEntry& entry : entries) {
      if (IsPassedOver(entry.name)) continue;
      CADENZA_TRY(AddFiles(Join(path, entry.name), false, files));
    }
    return {};
  }
  if (!FormatOf(path)) return named ? CheckFormat(path) : Status();
  const int64_t bytes = SizeOf(path);
  if (bytes > 0 || named) (*files)[path] = bytes;
  return {};
}

Result<TableFiles> TableOf(const std::string& table, const FoundFiles& files) {
  TableFiles found;
  const std::string& first = files.begin()->first;
  found.format = *FormatOf(first);
  for (const auto& [file, bytes] : files) {
    if (*FormatOf(file) != found.format) {
      return MakeError(ErrorKind::kInput,
                       "{} comes in several formats, name one with --table {}=: {}, {}", table,
                       table, first, file);
    }
    found.files.push_back(file);
    found.sizes.push_back(bytes);
  }
  return found;
}

/// The source table that a name in the folder belongs to; empty: none.
std::string TableNamed(const std::string& name) {
  const std::string lower = Lower(name);
  for (const TableSchema& table : SourceTables()) {
    if (!lower.starts_with(table.name)) continue;
    if (lower.size() == table.name.size()) return std::string(table.name);
    const auto next = static_cast<unsigned char>(lower[table.name.size()]);
    if (!std::isalpha(next)) return std::string(table.name);
  }
  return "";
}

using NamedPaths = std::map<std::string, std::vector<std::string>>;
using FilesOfTables = std::map<std::string, FoundFiles>;

Status AddFolder(const std::string& folder, const NamedPaths& named, FilesOfTables* files) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    return MakeError(ErrorKind::kNotFound, "no such folder: {}", folder);
  }
  CADENZA_ASSIGN(const std::vector<FolderEntry> entries, ReadFolder(folder));
  for (const FolderEntry& entry : entries) {
    const std::string table = TableNamed(entry.name);
    if (table.empty() || IsPassedOver(entry.name) || named.contains(table)) continue;
    CADENZA_TRY(AddFiles(Join(folder, entry.name), false, &(*files)[table]));
  }
  return {};
}

Status AddNamed(const std::string& pattern, FoundFiles* files) {
  std::vector<std::string> paths = {pattern};
  if (IsGlob(pattern)) {
    CADENZA_ASSIGN(paths, ExpandGlob(pattern));
  }
  for (const std::string& path : paths) CADENZA_TRY(AddFiles(path, true, files));
  return {};
}

/// Neither junk nor empty, and of a format that is read. `below`: its name from the folder on.
bool IsDataObject(const s3::ListedObject& object, std::string_view below) {
  for (size_t at = 0; at < below.size();) {
    const size_t slash = std::min(below.find('/', at), below.size());
    if (IsPassedOver(std::string(below.substr(at, slash - at)))) return false;
    at = slash + 1;
  }
  return object.size_bytes > 0 && FormatOf(object.key).has_value();
}

s3::Address AsFolder(s3::Address address) {
  if (!address.key.empty() && !address.key.ends_with('/')) address.key += '/';
  return address;
}

/// The Parquet files of a Delta table are not its rows.
Status CheckIsNoTable(const s3::Address& bucket, const s3::ListedObject& object) {
  const auto table = TableOfLog(object.key);
  if (!table) return {};
  return MakeError(ErrorKind::kUsage,
                   "a Delta table can be a KPI source on disk only, not on S3: {}",
                   s3::Address{bucket.bucket, std::string(*table)}.Text());
}

/// As AddFolder, for the objects below a prefix.
Status AddPrefix(s3::Client* client, const std::string& folder, const NamedPaths& named,
                 FilesOfTables* files) {
  CADENZA_ASSIGN(s3::Address address, s3::ParseAddress(folder));
  address = AsFolder(std::move(address));
  CADENZA_ASSIGN(const std::vector<s3::ListedObject> objects, s3::ListObjects(client, address));
  if (objects.empty()) return MakeError(ErrorKind::kNotFound, "no such folder: {}", folder);
  for (const s3::ListedObject& object : objects) {
    const std::string below = object.key.substr(address.key.size());
    const std::string table = TableNamed(below.substr(0, below.find('/')));
    if (table.empty() || named.contains(table)) continue;
    CADENZA_TRY(CheckIsNoTable(address, object));
    if (!IsDataObject(object, below)) continue;
    (*files)[table][s3::Address{address.bucket, object.key}.Text()] = object.size_bytes;
  }
  return {};
}

/// As AddNamed: an object, the objects below a prefix, or those that a glob names.
Status AddNamedObjects(s3::Client* client, const std::string& pattern, FoundFiles* files) {
  CADENZA_ASSIGN(s3::Address address, s3::ParseAddress(pattern));
  const std::string glob = IsGlob(address.key) ? address.key : "";
  if (glob.empty()) {
    CADENZA_ASSIGN(const auto first, s3::ListObjects(client, address, 1));
    if (!first.empty() && first.front().key == address.key) {
      CADENZA_TRY(CheckFormat(pattern));
      (*files)[pattern] = first.front().size_bytes;
      return {};
    }
    address = AsFolder(std::move(address));
  } else {
    address.key.resize(glob.find_first_of("*?["));
  }
  const size_t base = address.key.rfind('/') + 1;
  CADENZA_ASSIGN(const std::vector<s3::ListedObject> objects, s3::ListObjects(client, address));
  for (const s3::ListedObject& object : objects) {
    if (!glob.empty() && !s3::KeyMatches(glob, object.key)) continue;
    CADENZA_TRY(CheckIsNoTable(address, object));
    if (!IsDataObject(object, std::string_view(object.key).substr(base))) continue;
    (*files)[s3::Address{address.bucket, object.key}.Text()] = object.size_bytes;
  }
  return {};
}

}  // namespace

int64_t ParquetBytesBelow(const std::string& folder) {
  int64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().extension() == ".parquet") bytes += SizeOf(at->path());
  }
  return bytes;
}

Result<std::map<std::string, TableFiles>> FindTables(const std::string& folder,
                                                     const NamedPaths& named, s3::Client* client) {
  const auto is_on_s3 = [&](const std::string& path) { return client && s3::IsAddress(path); };
  FilesOfTables files;
  if (!folder.empty()) {
    CADENZA_TRY(is_on_s3(folder) ? AddPrefix(client, folder, named, &files)
                                 : AddFolder(folder, named, &files));
    std::erase_if(files, [](const auto& table) { return table.second.empty(); });
  }
  for (const auto& [table, patterns] : named) {
    for (const std::string& pattern : patterns) {
      CADENZA_TRY(is_on_s3(pattern) ? AddNamedObjects(client, pattern, &files[table])
                                    : AddNamed(pattern, &files[table]));
    }
    if (files[table].empty()) {
      return MakeError(ErrorKind::kNotFound, "nothing found for {}: {}", table,
                       fmt::join(patterns, ", "));
    }
  }
  std::map<std::string, TableFiles> tables;
  for (const auto& [table, found] : files) {
    CADENZA_ASSIGN(tables[table], TableOf(table, found));
  }
  return tables;
}

}  // namespace cadenza::sources
