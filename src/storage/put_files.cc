#include "storage/put_files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "storage/parallel.h"

namespace cadenza {
namespace {

constexpr size_t kAtOnce = 32;

/// A file's bytes as memory, for the time of a put.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    struct stat status{};
    if (::fstat(descriptor, &status) == 0) {
      size_ = static_cast<size_t>(status.st_size);
      bytes_ = size_ == 0 ? nullptr : ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
      ok_ = bytes_ != MAP_FAILED;
    }
    ::close(descriptor);
  }
  ~MappedFile() {
    if (ok_ && size_ > 0) ::munmap(bytes_, size_);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  bool ok() const { return ok_; }
  std::string_view bytes() const { return {static_cast<const char*>(bytes_), size_}; }

 private:
  void* bytes_ = nullptr;
  size_t size_ = 0;
  bool ok_ = false;
};

}  // namespace

Status PutFiles(ObjectStore* store, const std::vector<FileToPut>& files) {
  return InParallel(files.size(), kAtOnce, [&](size_t f) -> Status {
    const MappedFile file(files[f].path);
    if (!file.ok()) {
      return MakeError(ErrorKind::kIo, "cannot read ({}): {}",
                       std::generic_category().message(errno), files[f].path);
    }
    return store->Put(files[f].name, file.bytes());
  });
}

Status RemoveObjects(ObjectStore* store, const std::vector<std::string>& names) {
  return InParallel(names.size(), kAtOnce, [&](size_t n) { return store->Remove(names[n]); });
}

}  // namespace cadenza
