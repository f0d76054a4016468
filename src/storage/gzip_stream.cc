#include "storage/gzip_stream.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "storage/expansion_limit.h"

namespace cadenza {
namespace {

constexpr size_t kPackedBytes = size_t{64} << 10;

class GzipStream final : public ByteStream {
 public:
  GzipStream(std::unique_ptr<ByteStream> packed, std::string name)
      : source_(std::move(packed)), name_(std::move(name)), packed_(kPackedBytes) {}
  ~GzipStream() override {
    if (ready_) inflateEnd(&inflater_);
  }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  bool Prepare() {
    constexpr int kGzipOnly = 15 + 16;
    ready_ = inflateInit2(&inflater_, kGzipOnly) == Z_OK;
    return ready_;
  }

  Result<size_t> Read(char* into, size_t size) override {
    // An error waits until the bytes before it have been handed out.
    if (error_) return *error_;
    inflater_.next_out = reinterpret_cast<Bytef*>(into);
    const auto wanted = static_cast<uInt>(std::min<size_t>(size, kOutputMax));
    inflater_.avail_out = wanted;
    while (inflater_.avail_out != 0 && !ended_) {
      Status status = Advance();
      if (!status.ok()) {
        error_ = status.error();
        break;
      }
    }
    const size_t got = wanted - inflater_.avail_out;
    unpacked_bytes_ += static_cast<int64_t>(got);
    if (got == 0 && error_) return *error_;
    const Status limit = ExpansionLimit::Check(packed_bytes_, unpacked_bytes_, name_);
    if (!limit.ok()) error_ = limit.error();
    return got;
  }

 private:
  static constexpr size_t kOutputMax = size_t{1} << 30;

  Status Refill() {
    CADENZA_ASSIGN(const size_t got, source_->Read(packed_.data(), packed_.size()));
    inflater_.next_in = reinterpret_cast<Bytef*>(packed_.data());
    inflater_.avail_in = static_cast<uInt>(got);
    packed_bytes_ += static_cast<int64_t>(got);
    return {};
  }

  Status Advance() {
    if (inflater_.avail_in == 0) CADENZA_TRY(Refill());
    if (between_members_) return BeginMember();
    if (inflater_.avail_in == 0) {
      return MakeError(ErrorKind::kInput, "the compressed data is cut off: {}", name_);
    }
    const int code = inflate(&inflater_, Z_NO_FLUSH);
    if (code == Z_STREAM_END) {
      between_members_ = true;
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      return MakeError(ErrorKind::kInput, "the compressed data is damaged ({}): {}",
                       inflater_.msg == nullptr ? "zlib" : inflater_.msg, name_);
    }
    return {};
  }

  Status BeginMember() {
    while (inflater_.avail_in != 0 && *inflater_.next_in == 0) {
      ++inflater_.next_in;
      --inflater_.avail_in;
      padded_ = true;
    }
    if (inflater_.avail_in == 0) {
      // Either the end, or the buffer's: then the next call finds more.
      CADENZA_TRY(Refill());
      ended_ = inflater_.avail_in == 0;
      return {};
    }
    constexpr Bytef kMagic = 0x1F;
    if (padded_ || *inflater_.next_in != kMagic) {
      return MakeError(ErrorKind::kInput, "something follows the compressed data: {}", name_);
    }
    inflateReset(&inflater_);
    between_members_ = false;
    return {};
  }

  std::unique_ptr<ByteStream> source_;
  std::string name_;
  std::vector<char> packed_;
  z_stream inflater_{};
  bool ready_ = false;
  bool between_members_ = false;
  bool padded_ = false;
  bool ended_ = false;
  int64_t packed_bytes_ = 0;
  int64_t unpacked_bytes_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> OpenGzip(std::unique_ptr<ByteStream> packed, std::string name) {
  auto stream = std::make_unique<GzipStream>(std::move(packed), std::move(name));
  if (!stream->Prepare()) return MakeError(ErrorKind::kInternal, "zlib cannot be started");
  return std::unique_ptr<ByteStream>(std::move(stream));
}

}  // namespace cadenza
