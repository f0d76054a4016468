#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "storage/object_name.h"
#include "storage/object_store.h"
#include "storage/process_mark.h"

namespace cadenza {
namespace {

Error IoError(std::string_view action, std::string_view path, int code) {
  return MakeError(ErrorKind::kIo, "cannot {}: {}: {}", action,
                   std::generic_category().message(code), path);
}

/// An open file descriptor, closed with its scope.
class Descriptor {
 public:
  Descriptor(const std::string& path, int flags)
      : number_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  bool ok() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  const int number_;
};

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// A name in a folder is only durable once the folder itself is flushed.
Status SyncFolder(const std::string& path) {
  const Descriptor folder(path, O_RDONLY | O_DIRECTORY);
  if (!folder.ok()) return IoError("open folder", path, errno);
  if (::fsync(folder.number()) != 0) return IoError("flush folder", path, errno);
  return {};
}

Status CreateFolder(const std::string& path) {
  if (::mkdir(path.c_str(), 0777) == 0) return SyncFolder(ParentOf(path));
  if (errno == EEXIST) return {};
  if (errno != ENOENT) return IoError("create folder", path, errno);
  const std::string parent = ParentOf(path);
  if (parent == path || parent == ".") return IoError("create folder", path, ENOENT);
  CADENZA_TRY(CreateFolder(parent));
  if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) {
    return IoError("create folder", path, errno);
  }
  return SyncFolder(parent);
}

bool IsTemporary(std::string_view file_name) {
  return file_name.starts_with('.') && file_name.ends_with(".tmp");
}

/// A name that no other process and thread uses; one that a crash left behind is passed over by
/// O_EXCL.
std::string TemporaryPath(const std::string& folder) {
  static std::atomic<uint64_t> counter = 0;
  return fmt::format("{}/.cadenza-{}-{}.tmp", folder, ProcessMark(), counter.fetch_add(1));
}

Status WriteAll(int descriptor, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return IoError("write", path, errno);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  if (::fsync(descriptor) != 0) return IoError("flush", path, errno);
  return {};
}

/// Writes the bytes durably beside the place where they shall appear and returns the path.
Result<std::string> WriteTemporary(const std::string& folder, std::string_view bytes) {
  CADENZA_TRY(CreateFolder(folder));
  while (true) {
    std::string path = TemporaryPath(folder);
    const Descriptor file(path, O_WRONLY | O_CREAT | O_EXCL);
    if (!file.ok() && errno == EEXIST) continue;
    if (!file.ok()) return IoError("create", path, errno);
    if (Status written = WriteAll(file.number(), bytes, path); !written.ok()) {
      ::unlink(path.c_str());
      return written.error();
    }
    return path;
  }
}

class LocalStore final : public ObjectStore {
 public:
  explicit LocalStore(std::string root) : root_(std::move(root)) {
    while (root_.size() > 1 && root_.ends_with('/')) root_.pop_back();
  }

  Result<std::optional<std::string>> Get(std::string_view name) override;
  Status Put(std::string_view name, std::string_view bytes) override;
  Result<bool> PutIfAbsent(std::string_view name, std::string_view bytes) override;
  Result<std::vector<ObjectInfo>> List(std::string_view prefix) override;
  Status Remove(std::string_view name) override;
  void Tidy(std::string_view folder) override;
  Status Sync() override;
  const std::string& root() const override { return root_; }

 private:
  std::string PathOf(std::string_view name) const { return fmt::format("{}/{}", root_, name); }
  Status ListFolder(const std::string& folder, std::vector<ObjectInfo>* found,
                    std::vector<std::string>* folders) const;

  std::string root_;
};

Result<std::optional<std::string>> LocalStore::Get(std::string_view name) {
  CADENZA_TRY(CheckObjectName(name));
  const std::string path = PathOf(name);
  const Descriptor file(path, O_RDONLY);
  if (!file.ok() && (errno == ENOENT || errno == ENOTDIR)) return std::optional<std::string>();
  if (!file.ok()) return IoError("open", path, errno);
  struct stat status = {};
  if (::fstat(file.number(), &status) != 0) return IoError("read", path, errno);
  // One byte more than expected tells the end without growing the buffer.
  std::string bytes(static_cast<size_t>(status.st_size) + 1, '\0');
  size_t size = 0;
  while (true) {
    const ssize_t got = ::read(file.number(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return IoError("read", path, errno);
    if (got == 0) break;
    size += static_cast<size_t>(got);
    if (size == bytes.size()) bytes.resize(size * 2);
  }
  bytes.resize(size);
  return std::optional<std::string>(std::move(bytes));
}

Status LocalStore::Put(std::string_view name, std::string_view bytes) {
  CADENZA_TRY(CheckObjectName(name));
  const std::string path = PathOf(name);
  const std::string folder = ParentOf(path);
  CADENZA_ASSIGN(const std::string temporary, WriteTemporary(folder, bytes));
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int code = errno;
    ::unlink(temporary.c_str());
    return IoError("rename to", path, code);
  }
  return SyncFolder(folder);
}

Result<bool> LocalStore::PutIfAbsent(std::string_view name, std::string_view bytes) {
  CADENZA_TRY(CheckObjectName(name));
  const std::string path = PathOf(name);
  const std::string folder = ParentOf(path);
  CADENZA_ASSIGN(const std::string temporary, WriteTemporary(folder, bytes));
  // Unlike rename(), link() never replaces; and unlike O_EXCL, it shows no half-written object.
  const int code = ::link(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
  ::unlink(temporary.c_str());
  if (code == EEXIST) return false;
  if (code != 0) return IoError("link to", path, code);
  CADENZA_TRY(SyncFolder(folder));
  return true;
}

Result<std::vector<ObjectInfo>> LocalStore::List(std::string_view prefix) {
  const std::string start(WithoutTrailingSlash(prefix));
  if (!start.empty()) CADENZA_TRY(CheckObjectName(start));
  std::vector<ObjectInfo> found;
  std::vector<std::string> folders = {start};
  while (!folders.empty()) {
    const std::string folder = std::move(folders.back());
    folders.pop_back();
    CADENZA_TRY(ListFolder(folder, &found, &folders));
  }
  std::sort(found.begin(), found.end(),
            [](const ObjectInfo& left, const ObjectInfo& right) { return left.name < right.name; });
  return found;
}

/// Other processes add and remove meanwhile: what vanished between two calls is left out.
Status LocalStore::ListFolder(const std::string& folder, std::vector<ObjectInfo>* found,
                              std::vector<std::string>* folders) const {
  const std::string path = folder.empty() ? root_ : PathOf(folder);
  std::error_code failure;
  std::filesystem::directory_iterator entries(path, failure);
  if (failure == std::errc::no_such_file_or_directory || failure == std::errc::not_a_directory) {
    return {};
  }
  for (; !failure && entries != std::filesystem::directory_iterator(); entries.increment(failure)) {
    const std::string file_name = entries->path().filename().string();
    struct stat status = {};
    if (IsTemporary(file_name) || ::lstat(entries->path().c_str(), &status) != 0) continue;
    std::string name = folder.empty() ? file_name : fmt::format("{}/{}", folder, file_name);
    if (S_ISDIR(status.st_mode)) {
      folders->push_back(std::move(name));
      continue;
    }
    // A linked file counts; a linked folder does not, because links can form a ring.
    if (S_ISLNK(status.st_mode) && ::stat(entries->path().c_str(), &status) != 0) continue;
    if (!S_ISREG(status.st_mode)) continue;
    const int64_t modified_ms =
        int64_t{status.st_mtim.tv_sec} * 1000 + status.st_mtim.tv_nsec / 1'000'000;
    found->push_back({std::move(name), status.st_size, modified_ms});
  }
  if (failure) return IoError("list", path, failure.value());
  return {};
}

Status LocalStore::Remove(std::string_view name) {
  CADENZA_TRY(CheckObjectName(name));
  const std::string path = PathOf(name);
  if (::unlink(path.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR) return {};
  return IoError("remove", path, errno);
}

void LocalStore::Tidy(std::string_view folder) {
  std::error_code failure;
  for (std::filesystem::directory_iterator entry(PathOf(folder), failure), end;
       !failure && entry != end; entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    if (IsTemporary(name) && IsOfDeadProcess(name)) ::unlink(entry->path().c_str());
  }
}

/// Flushes the whole file system: the engine's data files were written past this store, and one
/// call is cheaper than opening thousands of them.
Status LocalStore::Sync() {
  const Descriptor root(root_, O_RDONLY | O_DIRECTORY);
  if (!root.ok() && errno == ENOENT) return {};
  if (!root.ok()) return IoError("open folder", root_, errno);
  if (::syncfs(root.number()) != 0) return IoError("flush the file system of", root_, errno);
  return {};
}

}  // namespace

std::unique_ptr<ObjectStore> OpenLocalStore(std::string root) {
  return std::make_unique<LocalStore>(std::move(root));
}

}  // namespace cadenza
