#include "parquet/delta_encoding.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <vector>

namespace cadenza::parquet {
namespace {

using namespace std::string_literals;

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  /// Reads what the format's specification says, bit by bit.
  std::vector<uint64_t> All() {
    EXPECT_EQ(Varint(), 128U);
    EXPECT_EQ(Varint(), 4U);
    const uint64_t count = Varint();
    std::vector<uint64_t> values;
    uint64_t value = ZigZag();
    if (count > 0) values.push_back(value);
    while (values.size() < count) {
      const uint64_t least = ZigZag();
      const std::string_view widths = bytes_.substr(at_, 4);
      at_ += 4;
      for (const char width : widths) {
        if (values.size() == count) break;
        for (int i = 0; i < 32; ++i) {
          value += least + Bits(i, width);
          if (values.size() < count) values.push_back(value);
        }
        at_ += static_cast<size_t>(width) * 4;
      }
    }
    EXPECT_EQ(at_, bytes_.size());
    return values;
  }

 private:
  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<uint8_t>(bytes_[at_++]);
      value |= uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
  }
  uint64_t ZigZag() {
    const uint64_t value = Varint();
    return value >> 1 ^ (~(value & 1) + 1);
  }
  uint64_t Bits(int index, int width) {
    uint64_t value = 0;
    for (int b = 0; b < width; ++b) {
      const auto bit = static_cast<size_t>(index * width + b);
      value |= static_cast<uint64_t>(bytes_[at_ + bit / 8] >> (bit % 8) & 1) << b;
    }
    return value;
  }

  std::string_view bytes_;
  size_t at_ = 0;
};

void ExpectBack(const std::vector<uint64_t>& values) {
  std::string bytes;
  ASSERT_TRUE(AppendDeltaPacked(values, &bytes));
  EXPECT_EQ(Reader(bytes).All(), values);
}

TEST(DeltaEncoding, EvenStepsTakeNoBits) {
  std::string bytes;
  ASSERT_TRUE(AppendDeltaPacked(std::vector<uint64_t>{7, 8, 9}, &bytes));
  // 128, 4 parts, 3 values, first 7; least difference 1, four widths of 0.
  EXPECT_EQ(bytes, "\x80\x01\x04\x03\x0e\x02\0\0\0\0"s);
}

TEST(DeltaEncoding, AnyNumbersComeBack) {
  ExpectBack({});
  ExpectBack({static_cast<uint64_t>(-5)});
  std::mt19937_64 random(11);
  for (int round = 0; round < 300; ++round) {
    const uint64_t spread = (uint64_t{1} << random() % 50) + 1;
    std::vector<uint64_t> values(random() % 700);
    uint64_t value = random();
    for (uint64_t& next : values) next = value += random() % spread - spread / 2;
    ExpectBack(values);
  }
}

TEST(DeltaEncoding, RefusesWidthsThatSaveNothing) {
  std::string bytes = "before";
  const std::vector<uint64_t> wild = {0, uint64_t{1} << 62, 0, uint64_t{1} << 62};
  EXPECT_FALSE(AppendDeltaPacked(wild, &bytes));
  EXPECT_EQ(bytes, "before");
}

}  // namespace
}  // namespace cadenza::parquet
