#include "parquet/hybrid_encoding.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "parquet/thrift_compact.h"

namespace cadenza::parquet {
namespace {

constexpr size_t kGroup = 8;

/// Appends codes as packed bits, filled up to whole groups by zeros.
void AppendPacked(std::span<const uint32_t> codes, int width, std::string* out) {
  const size_t groups = (codes.size() + kGroup - 1) / kGroup;
  AppendVarint(out, groups << 1 | 1);
  const size_t begin = out->size();
  const size_t bytes = groups * static_cast<size_t>(width);
  out->resize(begin + bytes + sizeof(uint64_t));  // the last store may go past the end
  char* to = out->data() + begin;
  uint64_t pending = 0;
  int bits = 0;
  for (const uint32_t code : codes) {
    pending |= static_cast<uint64_t>(code) << bits;
    bits += width;
    if (bits >= 32) {
      const auto word = static_cast<uint32_t>(pending);
      std::memcpy(to, &word, sizeof(word));
      to += sizeof(word);
      pending >>= 32;
      bits -= 32;
    }
  }
  std::memcpy(to, &pending, sizeof(pending));
  out->resize(begin + bytes);
}

void AppendRun(uint32_t code, size_t times, int width, std::string* out) {
  AppendVarint(out, times << 1);
  out->append(reinterpret_cast<const char*>(&code), static_cast<size_t>(width + 7) / 8);
}

size_t RunLength(std::span<const uint32_t> codes, size_t at) {
  size_t end = at + 1;
  while (end < codes.size() && codes[end] == codes[at]) ++end;
  return end - at;
}

}  // namespace

int BitWidth(size_t count) { return count <= 2 ? 1 : static_cast<int>(std::bit_width(count - 1)); }

void AppendHybrid(std::span<const uint32_t> codes, int width, std::string* out) {
  // Packed codes wait from `packed` on; they end at a whole group or at the end of all.
  size_t packed = 0;
  size_t at = 0;
  while (at < codes.size()) {
    const size_t run = RunLength(codes, at);
    if (run < 2 * kGroup) {
      // Whole groups of the waiting codes: a run may begin only at their border.
      at = std::min(codes.size(), at + run);
      continue;
    }
    const size_t fill = (kGroup - (at - packed) % kGroup) % kGroup;
    if (at + fill > packed) AppendPacked(codes.subspan(packed, at + fill - packed), width, out);
    AppendRun(codes[at], run - fill, width, out);
    at += run;
    packed = at;
  }
  if (packed < codes.size()) AppendPacked(codes.subspan(packed), width, out);
}

}  // namespace cadenza::parquet
