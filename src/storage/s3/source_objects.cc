#include "storage/s3/source_objects.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>

#include "storage/glob.h"
#include "storage/s3/listing.h"
#include "storage/source_listing.h"
#include "storage/source_name.h"

namespace cadenza::s3 {
namespace {

std::vector<std::string> PartsOf(const std::string& path) {
  std::vector<std::string> parts;
  for (size_t at = 0; at < path.size();) {
    const size_t slash = std::min(path.find('/', at), path.size());
    if (slash > at) parts.push_back(path.substr(at, slash - at));
    at = slash + 1;
  }
  return parts;
}

bool PartsMatch(const std::vector<std::string>& pattern, size_t p,
                const std::vector<std::string>& key, size_t k) {
  if (p == pattern.size()) return true;
  if (pattern[p] == "**") {
    for (size_t rest = k; rest <= key.size(); ++rest) {
      if (PartsMatch(pattern, p + 1, key, rest)) return true;
    }
    return false;
  }
  return k < key.size() && fnmatch(pattern[p].c_str(), key[k].c_str(), 0) == 0 &&
         PartsMatch(pattern, p + 1, key, k + 1);
}

/// The key up to and with its first junk part below `base`; empty when there is none.
std::string JunkPart(const std::string& key, size_t base) {
  for (size_t at = base; at < key.size();) {
    const size_t slash = std::min(key.find('/', at), key.size());
    if (IsJunkName(std::string_view(key).substr(at, slash - at))) return key.substr(0, slash);
    at = slash + 1;
  }
  return "";
}

SourceFile FileOf(const std::shared_ptr<Client>& client, const std::string& bucket,
                  const ListedObject& object) {
  SourceFile file;
  file.name = Address{bucket, object.key}.Text();
  file.container = file.name;
  file.size_bytes = object.size_bytes;
  file.modified_ms = object.modified_ms;
  file.s3 = client;
  file.etag = object.etag;
  return file;
}

/// The object with exactly this key, if there is one: it comes first among those that begin so.
Result<std::optional<ListedObject>> FindObject(Client* client, const Address& address) {
  if (address.key.empty() || address.key.ends_with('/')) return std::optional<ListedObject>();
  CADENZA_ASSIGN(std::vector<ListedObject> first, ListObjects(client, address, 1));
  if (first.empty() || first.front().key != address.key) return std::optional<ListedObject>();
  return std::optional(std::move(first.front()));
}

/// An unnamed temporary file.
class TemporaryFile {
 public:
  TemporaryFile()
      : descriptor_(::open(std::filesystem::temp_directory_path().c_str(),
                           O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)) {}
  ~TemporaryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  std::string path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }
  Status Append(std::string_view bytes) {
    while (descriptor_ >= 0 && !bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) break;
      bytes.remove_prefix(static_cast<size_t>(written));
    }
    if (descriptor_ >= 0 && bytes.empty()) return {};
    return MakeError(ErrorKind::kIo, "cannot write to the temporary folder ({}): {}",
                     std::generic_category().message(errno),
                     std::filesystem::temp_directory_path().string());
  }

 private:
  int descriptor_;
};

/// The folders of the Delta tables among the keys, without the slash at the end.
std::set<std::string> TablesOf(const std::vector<ListedObject>& objects) {
  std::set<std::string> tables;
  for (const ListedObject& object : objects) {
    if (const auto table = TableOfLog(object.key)) tables.emplace(*table);
  }
  return tables;
}

/// The table that holds the key; nullopt: none.
std::optional<std::string> TableAround(const std::set<std::string>& tables, std::string folder) {
  while (!folder.empty()) {
    const size_t slash = folder.rfind('/');
    folder.resize(slash == std::string::npos ? 0 : slash);
    if (tables.contains(folder)) return folder;
  }
  return std::nullopt;
}

std::string LogPrefix(const std::string& table) {
  return fmt::format("{}{}{}/", table, table.empty() ? "" : "/", kDeltaLogName);
}

/// Looks at the folders above what was listed, one request each.
Result<std::optional<std::string>> TableAbove(Client* client, const std::string& bucket,
                                              std::string folder) {
  while (true) {
    CADENZA_ASSIGN(const auto found, ListObjects(client, {bucket, LogPrefix(folder)}, 1));
    if (!found.empty()) return std::optional(std::move(folder));
    if (folder.empty()) return std::optional<std::string>();
    const size_t slash = folder.rfind('/');
    folder.resize(slash == std::string::npos ? 0 : slash);
  }
}

std::string FolderOf(const std::string& key) {
  const size_t slash = key.rfind('/');
  return key.substr(0, slash == std::string::npos ? 0 : slash);
}

/// Fails for an object that belongs to a Delta table.
Status CheckIsNoPart(Client* client, const Address& address) {
  std::optional<std::string> table;
  if (const auto logged = TableOfLog(address.key)) {
    table = std::string(*logged);
  } else if (IsParquetName(address.key)) {
    CADENZA_ASSIGN(table, TableAbove(client, address.bucket, FolderOf(address.key)));
  }
  if (!table) return {};
  return MakeError(ErrorKind::kUsage, "{} is {}", address.Text(),
                   PartOfTable(Address{address.bucket, *table}.Text()));
}

}  // namespace

bool KeyMatches(const std::string& pattern, const std::string& key) {
  return PartsMatch(PartsOf(pattern), 0, PartsOf(key), 0);
}

Result<SourceListing> ListSources(const std::shared_ptr<Client>& client,
                                  const std::string& pattern) {
  CADENZA_ASSIGN(Address address, ParseAddress(pattern));
  SourceWalk walk;
  CADENZA_ASSIGN(const std::optional<ListedObject> named, FindObject(client.get(), address));
  if (named) {
    CADENZA_TRY(CheckIsNoPart(client.get(), address));
    CADENZA_TRY(walk.AddObject(FileOf(client, address.bucket, *named), true));
    return walk.Finish();
  }
  if (const auto versioned = ParseVersionedName(address.key)) {
    const Address table{address.bucket, std::string(versioned->first)};
    CADENZA_ASSIGN(const auto log,
                   ListObjects(client.get(), {table.bucket, LogPrefix(table.key)}, 1));
    if (!log.empty()) {
      walk.AddDelta(table.Text(), versioned->second, client);
      return walk.Finish();
    }
  }
  const std::string glob = IsGlob(address.key) ? address.key : "";
  if (!glob.empty()) {
    address.key.resize(glob.find_first_of("*?["));
  } else if (!address.key.empty() && !address.key.ends_with('/')) {
    address.key += '/';
  }
  const size_t slash = address.key.rfind('/');
  const size_t base = slash == std::string::npos ? 0 : slash + 1;
  CADENZA_ASSIGN(const std::vector<ListedObject> objects, ListObjects(client.get(), address));
  std::set<std::string> tables = TablesOf(objects);
  const bool has_parquet = std::ranges::any_of(
      objects, [](const ListedObject& object) { return IsParquetName(object.key); });
  if (has_parquet && base > 0) {
    CADENZA_ASSIGN(const auto above,
                   TableAbove(client.get(), address.bucket, FolderOf(address.key)));
    if (above) tables.insert(*above);
  }
  std::set<std::string> junk;
  for (const std::string& table : tables) {
    const bool is_listed = table.size() + 1 >= base;
    if (!is_listed && glob.empty()) {
      return MakeError(ErrorKind::kUsage, "{} is {}", pattern,
                       PartOfTable(Address{address.bucket, table}.Text()));
    }
    if (!is_listed || (!glob.empty() && !KeyMatches(glob, table))) continue;
    walk.AddDelta(Address{address.bucket, table}.Text(), -1, client);
  }
  for (const ListedObject& object : objects) {
    if (object.key.ends_with('/')) continue;  // stands for a folder
    if (!glob.empty() && !KeyMatches(glob, object.key)) continue;
    if (const auto table = TableAround(tables, object.key)) {
      const bool is_read = glob.empty() ? table->size() + 1 >= base : KeyMatches(glob, *table);
      if (!is_read) {
        walk.Skip(Address{address.bucket, object.key}.Text(),
                  PartOfTable(Address{address.bucket, *table}.Text()));
      }
      continue;
    }
    if (const std::string part = JunkPart(object.key, base); !part.empty()) {
      if (junk.insert(part).second) walk.Skip(Address{address.bucket, part}.Text(), "junk");
      continue;
    }
    CADENZA_TRY(walk.AddObject(FileOf(client, address.bucket, object), false));
  }
  SourceListing listing = walk.Finish();
  if (listing.files.empty() && listing.skipped.empty()) {
    return MakeError(ErrorKind::kNotFound, "no files found: {}", pattern);
  }
  return listing;
}

Result<std::shared_ptr<ZipArchive>> FetchArchive(const SourceFile& file) {
  auto copy = std::make_shared<TemporaryFile>();
  SourceFile packed = file;
  packed.compression = Compression::kNone;
  CADENZA_ASSIGN(const std::unique_ptr<ByteStream> stream, OpenStream(packed));
  std::string buffer(size_t{1} << 20, '\0');
  while (true) {
    CADENZA_ASSIGN(const size_t got, stream->Read(buffer.data(), buffer.size()));
    if (got == 0) break;
    CADENZA_TRY(copy->Append(std::string_view(buffer).substr(0, got)));
  }
  const std::string path = copy->path();
  return ZipArchive::AtCopy(path, file.name, std::move(copy));
}

}  // namespace cadenza::s3
