#include "storage/plain_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace cadenza {
namespace {

Error IoError(const std::string& path, int code) {
  return MakeError(code == ENOENT ? ErrorKind::kNotFound : ErrorKind::kIo, "cannot read ({}): {}",
                   std::generic_category().message(code), path);
}

}  // namespace

PlainFile::PlainFile(std::string path, int descriptor, int64_t size_bytes)
    : path_(std::move(path)), descriptor_(descriptor), size_bytes_(size_bytes) {}

PlainFile::~PlainFile() { ::close(descriptor_); }

Result<std::shared_ptr<PlainFile>> PlainFile::Open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return IoError(path, errno);
  struct stat status{};
  const int failed = ::fstat(descriptor, &status);
  // The constructor is private: make_shared cannot reach it.
  std::shared_ptr<PlainFile> file(new PlainFile(path, descriptor, status.st_size));
  if (failed != 0) return IoError(path, errno);
  if (S_ISDIR(status.st_mode)) return IoError(path, EISDIR);
  return file;
}

Result<size_t> PlainFile::ReadAt(int64_t offset, char* into, size_t size) {
  size_t done = 0;
  while (done < size) {
    const ssize_t got =
        ::pread(descriptor_, into + done, size - done, offset + static_cast<int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return IoError(path_, errno);
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  return done;
}

Result<size_t> PlainStream::Read(char* into, size_t size) {
  CADENZA_ASSIGN(const size_t got, file_->ReadAt(at_, into, size));
  at_ += static_cast<int64_t>(got);
  return got;
}

}  // namespace cadenza
