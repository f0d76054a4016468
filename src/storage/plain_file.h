#pragma once

#include <memory>
#include <string>

#include "storage/source_file.h"

namespace cadenza {

/// A local file for positioned reads. Not mapped into memory: a file that is cut while it is read
/// ends early instead of killing the process.
class PlainFile final : public ByteRange {
 public:
  static Result<std::shared_ptr<PlainFile>> Open(const std::string& path);
  ~PlainFile() override;
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;

  /// Fewer bytes than asked for only at the end of the file.
  Result<size_t> ReadAt(int64_t offset, char* into, size_t size) override;
  int64_t size_bytes() const override { return size_bytes_; }

 private:
  PlainFile(std::string path, int descriptor, int64_t size_bytes);

  std::string path_;
  int descriptor_;
  int64_t size_bytes_;
};

/// From the file's beginning to its end.
class PlainStream final : public ByteStream {
 public:
  explicit PlainStream(std::shared_ptr<ByteRange> file) : file_(std::move(file)) {}
  Result<size_t> Read(char* into, size_t size) override;

 private:
  std::shared_ptr<ByteRange> file_;
  int64_t at_ = 0;
};

}  // namespace cadenza
