#include "parquet/delta_encoding.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "parquet/thrift_compact.h"

namespace cadenza::parquet {
namespace {

constexpr size_t kBlock = 128;
constexpr size_t kParts = 4;
constexpr size_t kPart = kBlock / kParts;
constexpr int kWidthMax = 56;

void AppendPart(const uint64_t* values, int width, std::string* out) {
  const size_t begin = out->size();
  const size_t bytes = kPart * static_cast<size_t>(width) / 8;
  out->resize(begin + bytes + sizeof(uint64_t));  // each store is of 8 bytes
  char* to = out->data() + begin;
  uint64_t pending = 0;
  int bits = 0;
  for (size_t i = 0; i < kPart; ++i) {
    pending |= values[i] << bits;
    bits += width;
    std::memcpy(to, &pending, sizeof(pending));
    const int whole = bits / 8;
    to += whole;
    pending = whole == 8 ? 0 : pending >> (8 * whole);
    bits -= 8 * whole;
  }
  out->resize(begin + bytes);
}

}  // namespace

bool AppendDeltaPacked(std::span<const uint64_t> values, std::string* out) {
  const size_t start = out->size();
  AppendVarint(out, kBlock);
  AppendVarint(out, kParts);
  AppendVarint(out, values.size());
  AppendVarint(out, values.empty() ? 0 : ZigZag(static_cast<int64_t>(values[0])));
  std::array<uint64_t, kBlock> differences;
  for (size_t at = 1; at < values.size(); at += kBlock) {
    const size_t count = std::min(kBlock, values.size() - at);
    // Differences wrap around, as readers add them.
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < count; ++i) {
      differences[i] = values[at + i] - values[at + i - 1];
      least = std::min(least, static_cast<int64_t>(differences[i]));
    }
    for (size_t i = 0; i < count; ++i) differences[i] -= static_cast<uint64_t>(least);
    std::fill(differences.begin() + static_cast<ptrdiff_t>(count), differences.end(), 0);
    AppendVarint(out, ZigZag(least));
    std::array<int, kParts> widths{};
    for (size_t part = 0; part < kParts; ++part) {
      uint64_t all = 0;
      for (size_t i = 0; i < kPart; ++i) all |= differences[part * kPart + i];
      widths[part] = static_cast<int>(std::bit_width(all));
      if (widths[part] > kWidthMax) {
        out->resize(start);
        return false;
      }
      out->push_back(static_cast<char>(widths[part]));
    }
    for (size_t part = 0; part < kParts && part * kPart < count; ++part) {
      AppendPart(&differences[part * kPart], widths[part], out);
    }
  }
  return true;
}

}  // namespace cadenza::parquet
