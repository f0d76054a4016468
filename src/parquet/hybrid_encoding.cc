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

struct Run {
  size_t begin = 0, end = 0;
};

/// The first run from there on that is worth one; empty, at the end: there is none. Each such run
/// holds a whole group of eight, so that only those are looked at.
Run NextRun(std::span<const uint32_t> codes, size_t from) {
  for (size_t at = (from + kGroup - 1) / kGroup * kGroup; at + kGroup <= codes.size();
       at += kGroup) {
    const uint32_t* const group = &codes[at];
    if (group[0] != group[kGroup - 1] || !std::equal(group + 1, group + kGroup, group)) continue;
    Run run{at, at + kGroup};
    while (run.begin > from && codes[run.begin - 1] == group[0]) --run.begin;
    while (run.end < codes.size() && codes[run.end] == group[0]) ++run.end;
    if (run.end - run.begin >= 2 * kGroup) return run;
  }
  return {codes.size(), codes.size()};
}

}  // namespace

int BitWidth(size_t count) { return count <= 2 ? 1 : static_cast<int>(std::bit_width(count - 1)); }

void AppendHybrid(std::span<const uint32_t> codes, int width, std::string* out) {
  // Packed codes wait from `packed` on; they end at a whole group or at the end of all.
  size_t packed = 0;
  while (packed < codes.size()) {
    const Run run = NextRun(codes, packed);
    // Whole groups of the waiting codes: a run may begin only at their border.
    const size_t fill = (kGroup - (run.begin - packed) % kGroup) % kGroup;
    const size_t begin = std::min(run.begin + fill, codes.size());
    if (begin > packed) AppendPacked(codes.subspan(packed, begin - packed), width, out);
    if (begin < run.end) AppendRun(codes[begin], run.end - begin, width, out);
    packed = run.end;
  }
}

}  // namespace cadenza::parquet
