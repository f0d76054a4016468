#include "lake/write_lock.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace cadenza::lake {
namespace {

constexpr int kPollMs = 50;

}  // namespace

Result<std::unique_ptr<FileLock>> FileLock::Take(const std::string& path, const std::string& what,
                                                 const KeepWaiting& keep_waiting) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (descriptor < 0) return MakeError(ErrorKind::kIo, "cannot open {}: {}", path, strerror(errno));
  std::unique_ptr<FileLock> lock(new FileLock(descriptor));
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) {
      return MakeError(ErrorKind::kIo, "cannot lock {}: {}", path, strerror(errno));
    }
    if (!keep_waiting || !keep_waiting()) {
      return MakeError(ErrorKind::kConflict, "another run is writing to {}", what);
    }
    ::poll(nullptr, 0, kPollMs);
  }
  return lock;
}

FileLock::~FileLock() { ::close(descriptor_); }

}  // namespace cadenza::lake
