#pragma once

#include <zip.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/source_file.h"

namespace cadenza {

struct ZipMember {
  std::string name;
  uint64_t index = 0;
  int64_t size_bytes = 0;
  int64_t packed_bytes = 0;
  int64_t modified_ms = 0;
  bool folder = false;
  std::string refusal;  ///< why it cannot be read, e.g. that it is encrypted
};

/// Open handles on one zip file, so that its directory is not read again for each of thousands of
/// members. A handle serves one stream at a time; streams on several threads get one each.
/// Nothing is ever unpacked to a path, so that names with ".." are only names. Thread-safe.
class ZipArchive : public std::enable_shared_from_this<ZipArchive> {
 public:
  static std::shared_ptr<ZipArchive> At(const std::string& path);
  /// A copy of an archive that is elsewhere; `keep` holds the copy.
  static std::shared_ptr<ZipArchive> AtCopy(std::string path, std::string name,
                                            std::shared_ptr<void> keep);

  Result<std::vector<ZipMember>> Members();
  Result<std::unique_ptr<ByteStream>> Open(uint64_t index, const std::string& member);
  Result<std::unique_ptr<ByteStream>> Open(const std::string& member);

 private:
  class MemberStream;
  struct Closer {
    void operator()(zip_t* archive) const { zip_discard(archive); }
    void operator()(zip_file_t* file) const { zip_fclose(file); }
  };
  using Handle = std::unique_ptr<zip_t, Closer>;

  ZipArchive(std::string path, std::string name, std::shared_ptr<void> keep)
      : path_(std::move(path)), name_(std::move(name)), keep_(std::move(keep)) {}
  Result<Handle> Take();
  void Return(Handle handle);
  Result<std::unique_ptr<ByteStream>> OpenWith(Handle handle, uint64_t index,
                                               const std::string& member);

  std::string path_;
  std::string name_;  ///< for messages
  std::shared_ptr<void> keep_;
  std::mutex mutex_;
  std::vector<Handle> idle_;
};

}  // namespace cadenza
