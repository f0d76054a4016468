#include "parquet/hybrid_encoding.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

namespace cadenza::parquet {
namespace {

using namespace std::string_literals;

std::string Encoded(const std::vector<uint32_t>& codes, int width) {
  std::string bytes;
  AppendHybrid(codes, width, &bytes);
  return bytes;
}

/// Reads what the encoder promises, in the plainest way.
std::vector<uint32_t> Decoded(std::string_view bytes, int width, size_t count) {
  std::vector<uint32_t> codes;
  size_t at = 0;
  while (codes.size() < count && at < bytes.size()) {
    uint64_t header = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<uint8_t>(bytes[at++]);
      header |= uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) break;
    }
    if (header & 1) {
      const size_t values = (header >> 1) * 8;
      for (size_t v = 0; v < values; ++v) {
        uint32_t code = 0;
        for (int b = 0; b < width; ++b) {
          const size_t bit = v * static_cast<size_t>(width) + static_cast<size_t>(b);
          code |= static_cast<uint32_t>(bytes[at + bit / 8] >> (bit % 8) & 1) << b;
        }
        if (codes.size() < count) codes.push_back(code);
      }
      at += (header >> 1) * static_cast<size_t>(width);
    } else {
      uint32_t code = 0;
      const auto size = static_cast<size_t>(width + 7) / 8;
      std::memcpy(&code, bytes.data() + at, size);
      codes.insert(codes.end(), header >> 1, code);
      at += size;
    }
  }
  EXPECT_EQ(at, bytes.size());
  return codes;
}

TEST(HybridEncoding, WidthHoldsTheGreatestCode) {
  EXPECT_EQ(BitWidth(0), 1);
  EXPECT_EQ(BitWidth(1), 1);
  EXPECT_EQ(BitWidth(2), 1);
  EXPECT_EQ(BitWidth(3), 2);
  EXPECT_EQ(BitWidth(256), 8);
  EXPECT_EQ(BitWidth(257), 9);
}

TEST(HybridEncoding, LongRunsAreCountsAndTheRestIsPacked) {
  std::vector<uint32_t> codes(16, 5);
  EXPECT_EQ(Encoded(codes, 3), "\x20\x05"s);
  codes.push_back(0);
  codes.push_back(1);
  EXPECT_EQ(Encoded(codes, 3), "\x20\x05\x03\x08\0\0"s);
  EXPECT_EQ(Encoded({1, 0, 1}, 1), "\x03\x05"s);
  EXPECT_EQ(Encoded({}, 4), "");
}

TEST(HybridEncoding, AnyCodesComeBack) {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    const int width = 1 + static_cast<int>(random() % 24);
    std::vector<uint32_t> codes;
    while (codes.size() < random() % 2000) {
      const uint32_t code = static_cast<uint32_t>(random()) & ((1U << width) - 1);
      codes.insert(codes.end(), random() % 3 == 0 ? random() % 60 : 1, code);
    }
    ASSERT_EQ(Decoded(Encoded(codes, width), width, codes.size()), codes) << "round " << round;
  }
}

}  // namespace
}  // namespace cadenza::parquet
