#include "storage/s3/object_range.h"

#include <algorithm>
#include <cstring>
#include <mutex>

#include "storage/s3/client.h"

namespace cadenza::s3 {
namespace {

/// A scan's task is 4 MB; the rest is for the line on its border.
constexpr int64_t kAheadBytes = (int64_t{4} << 20) + (int64_t{64} << 10);

class ObjectRange final : public ByteRange {
 public:
  ObjectRange(const SourceFile& file, Address address)
      : name_(file.name),
        client_(file.s3),
        address_(std::move(address)),
        etag_(file.etag),
        size_bytes_(file.size_bytes) {}

  Result<size_t> ReadAt(int64_t offset, char* into, size_t size) override {
    const std::scoped_lock lock(mutex_);
    size_t done = 0;
    while (done < size && offset + static_cast<int64_t>(done) < size_bytes_) {
      const int64_t at = offset + static_cast<int64_t>(done);
      const auto held = static_cast<int64_t>(buffer_.size());
      if (at < buffer_at_ || at >= buffer_at_ + held) {
        CADENZA_TRY(Fetch(at, static_cast<int64_t>(size - done)));
        continue;
      }
      const auto from = static_cast<size_t>(at - buffer_at_);
      const size_t taken = std::min(size - done, buffer_.size() - from);
      std::memcpy(into + done, buffer_.data() + from, taken);
      done += taken;
    }
    return done;
  }
  int64_t size_bytes() const override { return size_bytes_; }

 private:
  Status Fetch(int64_t at, int64_t wanted) {
    const int64_t end = std::min(at + std::max(wanted, kAheadBytes), size_bytes_);
    Request request;
    request.address = address_;
    request.range = fmt::format("{}-{}", at, end - 1);
    CADENZA_ASSIGN(Answer answer, client_->Send(request));
    if (answer.absent()) return MakeError(ErrorKind::kIo, "it is gone meanwhile: {}", name_);
    std::string etag = answer.http.Header("etag");
    std::erase(etag, '"');
    if (!etag_.empty() && !etag.empty() && etag != etag_) {
      return MakeError(ErrorKind::kIo, "it changed while it was read: {}", name_);
    }
    // A server without ranges gives all.
    buffer_at_ = answer.http.status == 206 ? at : 0;
    buffer_ = std::move(answer.http.body);
    if (at < buffer_at_ + static_cast<int64_t>(buffer_.size())) return {};
    return MakeError(ErrorKind::kIo, "it ends before byte {}: {}", at, name_);
  }

  const std::string name_;
  const std::shared_ptr<Client> client_;
  const Address address_;
  const std::string etag_;
  const int64_t size_bytes_;
  std::mutex mutex_;
  std::string buffer_;
  int64_t buffer_at_ = 0;
};

}  // namespace

Result<std::shared_ptr<ByteRange>> OpenObject(const SourceFile& file) {
  CADENZA_ASSIGN(Address address, ParseAddress(file.container));
  return std::shared_ptr<ByteRange>(std::make_shared<ObjectRange>(file, std::move(address)));
}

}  // namespace cadenza::s3
