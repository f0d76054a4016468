#include "lake/write_lock.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>

namespace cadenza::lake {
namespace {

namespace fs = std::filesystem;

constexpr int kPollMs = 50;
constexpr int kTriesMax = 100;

}  // namespace

Status FileLock::Open() {
  if (descriptor_ >= 0) ::close(descriptor_);
  // Between these calls another process may take away the folders that it made.
  for (int tries = 0;; ++tries) {
    std::error_code error;
    made_.clear();
    for (fs::path folder = fs::path(path_).parent_path();
         !folder.empty() && !fs::exists(folder, error); folder = folder.parent_path()) {
      made_.push_back(folder.string());
    }
    const fs::path folder = fs::path(path_).parent_path();
    fs::create_directories(folder, error);
    if (error == std::errc::no_such_file_or_directory && tries < kTriesMax) continue;
    if (error) {
      return MakeError(ErrorKind::kIo, "cannot create {}: {}", folder.string(), error.message());
    }
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (descriptor_ >= 0) return {};
    if (errno != ENOENT || tries == kTriesMax) {
      return MakeError(ErrorKind::kIo, "cannot open {}: {}", path_, strerror(errno));
    }
  }
}

/// False when whoever held the lock before took the file away: a third may hold another by now.
bool FileLock::IsStillThere() const {
  struct stat held{}, named{};
  return ::fstat(descriptor_, &held) == 0 && ::stat(path_.c_str(), &named) == 0 &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

Result<std::unique_ptr<FileLock>> FileLock::Take(const std::string& path, const std::string& what,
                                                 const KeepWaiting& keep_waiting) {
  std::unique_ptr<FileLock> lock(new FileLock());
  lock->path_ = path;
  CADENZA_TRY(lock->Open());
  while (true) {
    if (::flock(lock->descriptor_, LOCK_EX | LOCK_NB) == 0) {
      if (lock->IsStillThere()) return lock;
      CADENZA_TRY(lock->Open());
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) {
      return MakeError(ErrorKind::kIo, "cannot lock {}: {}", path, strerror(errno));
    }
    if (!keep_waiting || !keep_waiting()) {
      lock->made_.clear();
      return MakeError(ErrorKind::kConflict, "another run is writing to {}", what);
    }
    ::poll(nullptr, 0, kPollMs);
  }
}

FileLock::~FileLock() {
  std::error_code error;
  fs::directory_iterator inside;
  if (!made_.empty()) inside = fs::directory_iterator(made_.front(), error);
  const bool is_alone = std::distance(inside, fs::directory_iterator()) == 1;
  if (is_alone && IsStillThere()) {
    ::unlink(path_.c_str());
    for (const std::string& folder : made_) {
      if (::rmdir(folder.c_str()) != 0) break;
    }
  }
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace cadenza::lake
