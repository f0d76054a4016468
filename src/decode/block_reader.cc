#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "decode/block.h"
#include "decode/range_lines.h"
#include "decode/utf8.h"

namespace cadenza::decode {
namespace {

/// Cuts a stream into blocks of whole lines. The bytes in memory are buffer_.bytes[head_, tail_).
class StreamBlocks final : public BlockReader {
 public:
  StreamBlocks(std::unique_ptr<ByteStream> stream, RangeLines* range, BlockLimits limits,
               BlockFindings* findings, BlockBuffer* buffer)
      : stream_(std::move(stream)),
        range_(range),
        limits_(limits),
        findings_(findings),
        buffer_(*buffer) {
    limits_.block_bytes = std::max<size_t>(limits_.block_bytes, 16);
  }

  Result<bool> Next(LineBlock* block) override;

 private:
  Status Start();
  void Reserve(size_t capacity);
  void Fill(size_t wanted);
  size_t WholeLines() const;
  Result<bool> Yield(size_t size, LineBlock* block);
  Result<bool> Finish(LineBlock* block);
  void SkipOversized();

  size_t held() const { return tail_ - head_; }
  std::string_view Held() const { return {buffer_.bytes.get() + head_, held()}; }

  std::unique_ptr<ByteStream> stream_;
  RangeLines* range_;  ///< the stream, where it is a range of a file
  BlockLimits limits_;
  BlockFindings* findings_;
  BlockBuffer& buffer_;
  size_t head_ = 0;
  size_t tail_ = 0;
  int64_t offset_ = 0;  ///< of head_ in the file
  bool started_ = false;
  bool ended_ = false;
  std::optional<Error> error_;
};

/// Moves what is held to the front of a buffer of at least that capacity.
void StreamBlocks::Reserve(size_t capacity) {
  const size_t size = held();
  if (capacity > buffer_.capacity) {
    // Not a vector: its zeros would touch all pages of a block for a file of a few bytes.
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (size != 0) std::memcpy(larger.get(), buffer_.bytes.get() + head_, size);
    buffer_.bytes = std::move(larger);
    buffer_.capacity = capacity;
  } else if (head_ != 0) {
    std::memmove(buffer_.bytes.get(), buffer_.bytes.get() + head_, size);
  }
  head_ = 0;
  tail_ = size;
}

/// Moves what is held to the front and reads until `wanted` bytes are held or the stream ends.
void StreamBlocks::Fill(size_t wanted) {
  Reserve(wanted + kPadding);
  while (!ended_ && tail_ < wanted) {
    auto got = stream_->Read(buffer_.bytes.get() + tail_, wanted - tail_);
    if (!got.ok()) error_ = got.error();
    ended_ = !got.ok() || *got == 0;
    if (got.ok()) tail_ += *got;
  }
  std::memset(buffer_.bytes.get() + tail_, 0, kPadding);
}

Status StreamBlocks::Start() {
  started_ = true;
  if (range_ != nullptr) {
    CADENZA_ASSIGN(offset_, range_->FindFirstLine());
  }
  Fill(limits_.block_bytes);
  if (offset_ == 0 && Held().starts_with(kByteOrderMark)) {
    head_ = kByteOrderMark.size();
    offset_ = static_cast<int64_t>(kByteOrderMark.size());
    findings_->OnBom(offset_);
  }
  return {};
}

/// How many of the held bytes are whole lines within the limit, up to the first longer one.
size_t StreamBlocks::WholeLines() const {
  const std::string_view bytes = Held();
  size_t whole = 0;
  while (whole < bytes.size()) {
    // From the far end: a block has thousands of lines, and only a line as long as the limit
    // leaves none of them within it.
    const size_t end = bytes.rfind('\n', whole + limits_.line_bytes_max);
    if (end == bytes.npos || end < whole) break;
    whole = end + 1;
  }
  return whole;
}

Result<bool> StreamBlocks::Yield(size_t size, LineBlock* block) {
  block->bytes = Held().substr(0, size);
  block->offset = offset_;
  head_ += size;
  offset_ += static_cast<int64_t>(size);
  return true;
}

Result<bool> StreamBlocks::Next(LineBlock* block) {
  if (!started_) CADENZA_TRY(Start());
  if (held() < limits_.block_bytes) Fill(limits_.block_bytes);
  while (true) {
    if (const size_t whole = WholeLines()) return Yield(whole, block);
    if (held() > limits_.line_bytes_max) {
      SkipOversized();
      Fill(limits_.block_bytes);
    } else if (ended_) {
      return Finish(block);
    } else {
      Fill(std::min(std::max(held() * 2, limits_.block_bytes), limits_.line_bytes_max + 1));
    }
  }
}

/// What is left at the end has no line end.
Result<bool> StreamBlocks::Finish(LineBlock* block) {
  const size_t size = held();
  if (!error_) return size == 0 ? Result<bool>(false) : Yield(size, block);
  if (size != 0) {
    findings_->OnQuarantined(MakeQuarantined(offset_, static_cast<int64_t>(size),
                                             Reason::kTruncated, error_->message, Held(),
                                             limits_.raw_bytes_max));
    head_ = tail_;
    offset_ += static_cast<int64_t>(size);
  }
  return *error_;
}

/// Reads over a line that is longer than the limit; only its beginning is kept.
void StreamBlocks::SkipOversized() {
  const std::string raw(Held().substr(0, limits_.RawBytesRead()));
  const int64_t offset = offset_;
  size_t end = Held().find('\n');
  while (end == std::string_view::npos) {
    offset_ += static_cast<int64_t>(held());
    head_ = tail_;
    Fill(limits_.block_bytes);
    if (held() == 0) break;
    end = Held().find('\n');
  }
  const size_t size = end == std::string_view::npos ? 0 : end + 1;
  head_ += size;
  offset_ += static_cast<int64_t>(size);
  findings_->OnQuarantined(MakeOversized(offset, offset_ - offset,
                                         std::string_view(raw).substr(0, raw.find('\n')), limits_));
}

}  // namespace

QuarantinedLine MakeOversized(int64_t offset, int64_t length_bytes, std::string_view raw,
                              const BlockLimits& limits) {
  return MakeQuarantined(
      offset, length_bytes, Reason::kOversized,
      fmt::format("{} bytes, the limit is {}", length_bytes, limits.line_bytes_max), raw,
      limits.raw_bytes_max);
}

std::unique_ptr<BlockReader> BlockReader::OverRange(std::shared_ptr<ByteRange> reader,
                                                    int64_t begin, int64_t end, BlockLimits limits,
                                                    BlockFindings* findings, BlockBuffer* buffer) {
  // A small file needs no full block.
  const auto size = static_cast<size_t>(std::clamp<int64_t>(end - begin, 1024, int64_t{1} << 40));
  limits.block_bytes = std::min(limits.block_bytes, size);
  auto lines = std::make_unique<RangeLines>(std::move(reader), begin, end);
  RangeLines* range = lines.get();
  return std::make_unique<StreamBlocks>(std::move(lines), range, limits, findings, buffer);
}

std::unique_ptr<BlockReader> BlockReader::OverStream(std::unique_ptr<ByteStream> reader,
                                                     BlockLimits limits, BlockFindings* findings,
                                                     BlockBuffer* buffer) {
  return std::make_unique<StreamBlocks>(std::move(reader), nullptr, limits, findings, buffer);
}

}  // namespace cadenza::decode
