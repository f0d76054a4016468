#include "decode/range_lines.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace cadenza::decode {
namespace {

constexpr size_t kTailBytes = size_t{16} << 10;  // a line's rest is rarely longer

}  // namespace

RangeLines::RangeLines(std::shared_ptr<ByteRange> file, int64_t begin, int64_t end)
    : file_(std::move(file)), at_(std::max<int64_t>(begin, 0)), end_(end) {
  end_ = std::min(end_, file_->size_bytes());
  done_ = at_ >= end_;
}

Result<int64_t> RangeLines::FindFirstLine() {
  if (done_ || at_ == 0) return at_;
  // A line begins at `begin` only if the byte before it ends one.
  --at_;
  std::array<char, kTailBytes> buffer;
  while (at_ < end_) {
    CADENZA_ASSIGN(const size_t size, file_->ReadAt(at_, buffer.data(), buffer.size()));
    if (size == 0) break;
    const void* found = std::memchr(buffer.data(), '\n', size);
    if (found != nullptr) {
      at_ += static_cast<const char*>(found) - buffer.data() + 1;
      done_ = at_ >= end_;
      return at_;
    }
    at_ += static_cast<int64_t>(size);
  }
  done_ = true;
  return at_;
}

Result<size_t> RangeLines::Read(char* into, size_t size) {
  if (done_ || size == 0) return size_t{0};
  if (at_ >= end_) return ReadTail(into, size);
  const auto wanted = std::min(size, static_cast<size_t>(end_ - at_));
  CADENZA_ASSIGN(const size_t got, file_->ReadAt(at_, into, wanted));
  at_ += static_cast<int64_t>(got);
  done_ = got == 0 || (at_ == end_ && into[got - 1] == '\n');
  return got;
}

/// The rest of the line that began before the range's end.
Result<size_t> RangeLines::ReadTail(char* into, size_t size) {
  CADENZA_ASSIGN(const size_t got, file_->ReadAt(at_, into, std::min(size, kTailBytes)));
  const void* found = std::memchr(into, '\n', got);
  done_ = got == 0 || found != nullptr;
  const size_t mine =
      found == nullptr ? got : static_cast<size_t>(static_cast<const char*>(found) - into) + 1;
  at_ += static_cast<int64_t>(mine);
  return mine;
}

}  // namespace cadenza::decode
