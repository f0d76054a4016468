#include "engine/md5_lanes.h"

#include <bit>
#include <cstring>

namespace cadenza::engine {
namespace {

static_assert(std::endian::native == std::endian::little);

using Lanes = uint32_t __attribute__((vector_size(4 * Md5Lanes::kLanes)));

constexpr std::array<uint32_t, 64> kSines = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
constexpr std::array<std::array<int, 4>, 4> kShifts = {
    {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};
constexpr std::array<uint32_t, 4> kStart = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};

struct State {
  Lanes a, b, c, d;
};

template <size_t kRound>
[[gnu::always_inline]] inline void Steps(const std::array<Lanes, 16>& words, State* s) {
#pragma GCC unroll 16
  for (size_t i = 0; i < 16; ++i) {
    Lanes mixed;
    size_t word = i;
    if constexpr (kRound == 0) {
      mixed = s->d ^ (s->b & (s->c ^ s->d));
    } else if constexpr (kRound == 1) {
      mixed = s->c ^ (s->d & (s->b ^ s->c));
      word = (5 * i + 1) % 16;
    } else if constexpr (kRound == 2) {
      mixed = s->b ^ s->c ^ s->d;
      word = (3 * i + 5) % 16;
    } else {
      mixed = s->c ^ (s->b | ~s->d);
      word = (7 * i) % 16;
    }
    mixed += s->a + kSines[16 * kRound + i] + words[word];
    const int shift = kShifts[kRound][i % 4];
    s->a = s->d;
    s->d = s->c;
    s->c = s->b;
    s->b += (mixed << shift) | (mixed >> (32 - shift));
  }
}

[[gnu::target_clones("avx2", "default")]] void Transform(
    const std::array<std::array<uint32_t, 16>, Md5Lanes::kLanes>& blocks,
    std::array<std::array<uint32_t, 4>, Md5Lanes::kLanes>* digests) {
  std::array<Lanes, 16> words;
  for (size_t w = 0; w < 16; ++w) {
    for (size_t lane = 0; lane < Md5Lanes::kLanes; ++lane) words[w][lane] = blocks[lane][w];
  }
  const Lanes zero{};
  State state{zero + kStart[0], zero + kStart[1], zero + kStart[2], zero + kStart[3]};
  Steps<0>(words, &state);
  Steps<1>(words, &state);
  Steps<2>(words, &state);
  Steps<3>(words, &state);
  for (size_t lane = 0; lane < Md5Lanes::kLanes; ++lane) {
    (*digests)[lane] = {state.a[lane] + kStart[0], state.b[lane] + kStart[1],
                        state.c[lane] + kStart[2], state.d[lane] + kStart[3]};
  }
}

}  // namespace

void Md5Lanes::Set(size_t lane, std::string_view text) {
  std::array<uint32_t, 16>& block = blocks_[lane];
  block.fill(0);
  auto* bytes = reinterpret_cast<char*>(block.data());
  std::memcpy(bytes, text.data(), text.size());
  bytes[text.size()] = '\x80';
  block[14] = static_cast<uint32_t>(text.size() * 8);
}

void Md5Lanes::Digest(std::array<Hex, kLanes>* digests) const {
  constexpr char kDigits[] = "0123456789abcdef";
  std::array<std::array<uint32_t, 4>, kLanes> words;
  Transform(blocks_, &words);
  for (size_t lane = 0; lane < kLanes; ++lane) {
    std::array<uint8_t, 16> bytes;
    std::memcpy(bytes.data(), words[lane].data(), bytes.size());
    for (size_t i = 0; i < bytes.size(); ++i) {
      (*digests)[lane][2 * i] = kDigits[bytes[i] >> 4];
      (*digests)[lane][2 * i + 1] = kDigits[bytes[i] & 15];
    }
  }
}

}  // namespace cadenza::engine
