#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "decode/block.h"

namespace cadenza::decode {
namespace {

class MemoryRange final : public ByteRange {
 public:
  explicit MemoryRange(std::string text) : text_(std::move(text)) {}
  Result<size_t> ReadAt(int64_t offset, char* into, size_t size) override {
    const auto at = std::min(static_cast<size_t>(offset), text_.size());
    const size_t got = std::min(size, text_.size() - at);
    std::memcpy(into, text_.data() + at, got);
    return got;
  }
  int64_t size_bytes() const override { return static_cast<int64_t>(text_.size()); }

 private:
  std::string text_;
};

/// Hands out a few bytes a call, and fails at the end if told to.
class MemoryStream final : public ByteStream {
 public:
  MemoryStream(std::string text, bool fails) : text_(std::move(text)), fails_(fails) {}
  Result<size_t> Read(char* into, size_t size) override {
    if (at_ == text_.size() && fails_) return MakeError(ErrorKind::kInput, "cut off");
    const size_t got = std::min({size, text_.size() - at_, size_t{7}});
    std::memcpy(into, text_.data() + at_, got);
    at_ += got;
    return got;
  }

 private:
  std::string text_;
  bool fails_;
  size_t at_ = 0;
};

class Findings final : public BlockFindings {
 public:
  void OnBom(int64_t bytes) override { bom_bytes += bytes; }
  void OnQuarantined(QuarantinedLine line) override { lines.push_back(std::move(line)); }
  int64_t bom_bytes = 0;
  std::vector<QuarantinedLine> lines;
};

struct Read {
  std::string text;  // what the blocks held
  bool failed = false;
};

/// Reads all blocks, and checks that each starts at a line's first byte at its offset.
Read ReadAll(BlockReader* reader, const std::string& file) {
  Read read;
  LineBlock block;
  while (true) {
    auto more = reader->Next(&block);
    read.failed = !more.ok();
    if (!more.ok() || !*more) return read;
    EXPECT_FALSE(block.bytes.empty());
    const auto at = static_cast<size_t>(block.offset);
    EXPECT_EQ(file.substr(at, block.bytes.size()), block.bytes);
    EXPECT_TRUE(at == 0 || file[at - 1] == '\n' || at == 3);
    read.text += block.bytes;
  }
}

std::string RandomText(std::mt19937& random, size_t line_bytes_max) {
  std::string text = random() % 4 == 0 ? "\xEF\xBB\xBF" : "";
  const size_t lines = random() % 30;
  for (size_t i = 0; i < lines; ++i) {
    text += std::string(random() % line_bytes_max, static_cast<char>('a' + i % 26));
    text += random() % 3 == 0 ? "\r\n" : "\n";
  }
  if (random() % 2 == 0) text += "end";
  return text;
}

/// The text without its BOM and without lines over the limit, and how many bytes those have.
std::string Expected(const std::string& text, size_t limit, int64_t* oversized_bytes) {
  std::string kept;
  size_t at = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  while (at < text.size()) {
    const size_t newline = text.find('\n', at);
    const size_t end = newline == text.npos ? text.size() : newline + 1;
    const size_t content = (newline == text.npos ? end : newline) - at;
    if (content > limit) {
      *oversized_bytes += static_cast<int64_t>(end - at);
    } else {
      kept += text.substr(at, end - at);
    }
    at = end;
  }
  return kept;
}

TEST(BlockReader, RangesTogetherAreTheFile) {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    const std::string text = RandomText(random, 1 + random() % 90);
    BlockLimits limits;
    limits.block_bytes = 1 + random() % 100;
    limits.line_bytes_max = 1 + random() % 100;
    limits.raw_bytes_max = 8;
    std::set<int64_t> cuts = {0, static_cast<int64_t>(text.size())};
    for (size_t i = random() % 6; i > 0; --i)
      cuts.insert(static_cast<int64_t>(random() % (text.size() + 1)));
    Findings findings;
    std::string together;
    auto file = std::make_shared<MemoryRange>(text);
    for (auto cut = cuts.begin(); std::next(cut) != cuts.end(); ++cut) {
      BlockBuffer buffer;
      auto reader = BlockReader::OverRange(file, *cut, *std::next(cut), limits, &findings, &buffer);
      together += ReadAll(reader.get(), text).text;
    }
    int64_t oversized = 0;
    ASSERT_EQ(together, Expected(text, limits.line_bytes_max, &oversized)) << "round " << round;
    for (const auto& line : findings.lines) {
      EXPECT_EQ(line.reason, Reason::kOversized);
      EXPECT_LE(line.raw.size(), 8U);
      oversized -= line.length_bytes;
    }
    EXPECT_EQ(oversized, 0);
    EXPECT_EQ(findings.bom_bytes, text.starts_with("\xEF\xBB\xBF") ? 3 : 0);
  }
}

TEST(BlockReader, StreamsLikewise) {
  std::mt19937 random(8);
  for (int round = 0; round < 2000; ++round) {
    const std::string text = RandomText(random, 1 + random() % 90);
    BlockLimits limits;
    limits.block_bytes = 1 + random() % 100;
    limits.line_bytes_max = 1 + random() % 100;
    Findings findings;
    const bool fails = random() % 2 == 0;
    BlockBuffer buffer;
    auto reader = BlockReader::OverStream(std::make_unique<MemoryStream>(text, fails), limits,
                                          &findings, &buffer);
    const Read read = ReadAll(reader.get(), text);
    EXPECT_EQ(read.failed, fails);
    int64_t bytes = findings.bom_bytes + static_cast<int64_t>(read.text.size());
    for (const auto& line : findings.lines) bytes += line.length_bytes;
    ASSERT_EQ(bytes, static_cast<int64_t>(text.size())) << "round " << round;
    int64_t oversized = 0;
    const std::string expected = Expected(text, limits.line_bytes_max, &oversized);
    ASSERT_TRUE(fails ? expected.starts_with(read.text) : expected == read.text);
  }
}

TEST(BlockReader, CutStreamReportsItsLastLineAsTruncated) {
  Findings findings;
  BlockBuffer buffer;
  auto reader = BlockReader::OverStream(std::make_unique<MemoryStream>("{\"a\":1}\n{\"b\"", true),
                                        {}, &findings, &buffer);
  EXPECT_EQ(ReadAll(reader.get(), "{\"a\":1}\n{\"b\"").text, "{\"a\":1}\n");
  ASSERT_EQ(findings.lines.size(), 1U);
  EXPECT_EQ(findings.lines[0].reason, Reason::kTruncated);
  EXPECT_EQ(findings.lines[0].offset, 8);
  EXPECT_EQ(findings.lines[0].raw, "{\"b\"");
}

TEST(MakeQuarantined, CutsBetweenCharactersAndReplacesBadBytes) {
  const auto cut = MakeQuarantined(5, 9, Reason::kMalformed, "d", "ab\xC3\xA9", 3);
  EXPECT_EQ(cut.raw, "ab");
  EXPECT_TRUE(cut.raw_cut);
  const auto bad = MakeQuarantined(5, 9, Reason::kNotUtf8, "d", "a\xFF\xE2\x82", 100);
  EXPECT_EQ(bad.raw, "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_FALSE(bad.raw_cut);
}

}  // namespace
}  // namespace cadenza::decode
