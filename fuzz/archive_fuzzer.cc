// Any bytes as a zip and as a gzip file: listing and reading end, with values or with errors.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <vector>

#include "storage/source_file.h"

namespace {

constexpr int64_t kBytesMax = int64_t{4} << 20;  // of one member: the time of a run, not a defect

void ReadThrough(const cadenza::SourceFile& file) {
  auto stream = cadenza::OpenStream(file);
  if (!stream.ok()) return;
  std::vector<char> buffer(64 << 10);
  for (int64_t total = 0; total < kBytesMax;) {
    const auto got = (*stream)->Read(buffer.data(), buffer.size());
    if (!got.ok() || *got == 0) return;
    total += static_cast<int64_t>(*got);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const int descriptor = memfd_create("archive", 0);
  if (descriptor < 0) return 0;
  if (write(descriptor, data, size) == static_cast<ssize_t>(size)) {
    const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
    const auto listing = cadenza::ListSources(path);
    if (listing.ok()) {
      for (const auto& file : listing.value().files) ReadThrough(file);
    }
    cadenza::SourceFile gzip;
    gzip.name = gzip.container = path;
    gzip.compression = cadenza::Compression::kGzip;
    ReadThrough(gzip);
  }
  close(descriptor);
  return 0;
}
