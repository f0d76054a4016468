// The reader of plain lines is held against the long way: both give the same rows.
#include <gtest/gtest.h>

#include <bit>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "decode/event_decoder.h"

namespace cadenza::decode {
namespace {

using Random = std::mt19937_64;

struct CopiedRow {
  std::vector<std::string> values;  ///< by column; "\N" where there is none
  std::string rescued, detail, line;
  Reason reason;
  int64_t offset, length_bytes;
  bool operator==(const CopiedRow&) const = default;
};

std::string ValueOf(const EventRow& row, size_t column) {
  if ((row.present >> column & 1U) == 0) return "\\N";
  switch (kEventColumns[column].type) {
    case ColumnType::kText:
      return std::string(row.text[column]);
    case ColumnType::kInt64:
    case ColumnType::kInt32:
      return std::to_string(row.integer[column]);
    case ColumnType::kDouble:
      return std::to_string(std::bit_cast<uint64_t>(row.number[column]));
  }
  return "";
}

std::vector<CopiedRow> Rows(const std::string& text, EventDecoderOptions options, bool plain) {
  options.read_plain = plain;
  // What stands behind the block is anybody's.
  const std::string padded = text + std::string(kPadding, '7');
  LineCounts counts;
  EventDecoder decoder(options);
  decoder.Begin({std::string_view(padded).substr(0, text.size()), 0}, &counts);
  std::vector<CopiedRow> rows;
  EventRow row;
  while (decoder.Next(&row)) {
    CopiedRow& copy = rows.emplace_back();
    for (size_t c = 0; c < kEventColumns.size(); ++c) copy.values.push_back(ValueOf(row, c));
    std::tie(copy.rescued, copy.detail, copy.line) =
        std::tuple(row.rescued, row.detail, std::string(row.line));
    std::tie(copy.reason, copy.offset, copy.length_bytes) =
        std::tuple(row.reason, row.offset, row.length_bytes);
  }
  EXPECT_EQ(counts.total_bytes(), static_cast<int64_t>(text.size()));
  return rows;
}

std::vector<EventDecoderOptions> SomeOptions() {
  EventDecoderOptions few;
  few.wanted = 1U << static_cast<unsigned>(EventColumn::kLength) |
               1U << static_cast<unsigned>(EventColumn::kUserId);
  few.want_rescued = false;
  EventDecoderOptions nothing = few;
  nothing.wanted = 0;
  nothing.require_time = false;
  EventDecoderOptions seconds;
  seconds.unit = TimeUnit::kSeconds;
  return {{}, few, nothing, seconds};
}

void ExpectSame(const std::string& text) {
  for (const EventDecoderOptions& options : SomeOptions()) {
    const std::vector<CopiedRow> plain = Rows(text, options, true);
    const std::vector<CopiedRow> other = Rows(text, options, false);
    ASSERT_EQ(plain.size(), other.size()) << text;
    for (size_t r = 0; r < plain.size(); ++r) {
      ASSERT_TRUE(plain[r] == other[r])
          << "row " << r << ": " << ReasonName(plain[r].reason) << ", " << plain[r].detail << ", "
          << plain[r].rescued << "; the long way " << ReasonName(other[r].reason) << ", "
          << other[r].detail << ", " << other[r].rescued << "\n"
          << text;
    }
  }
}

const std::string& OneOf(const std::vector<std::string>& choices, Random& random) {
  return choices[random() % choices.size()];
}

std::string SomeValue(Random& random) {
  static const std::vector<std::string> kValues = {
      "null",
      "true",
      "0",
      "-0",
      "00",
      "007",
      "7",
      "39.0",
      "1541106106796",
      "1541106106796.0",
      "1541106106",
      "1.5e3",
      "1e400",
      "231.23546",
      "-12",
      "123456789012345678",
      "1234567890123456789",
      "99999999999999999999",
      "2147483648",
      "0.1",
      ".5",
      "5.",
      "1E+2",
      "-",
      "12345678",
      "123456789",
      "\"\"",
      "\"Logged In\"",
      "\"a\\u00e9\\ud83d\\ude00b\"",
      "\"\\ud800\"",
      "\"\\\"Mozilla\\/5.0 (X11)\\\" and much more than sixteen bytes\"",
      "\"\\x\"",
      "\"\\",
      "\"Bj\xc3\xb6rk\"",
      "\"\xc3\"",
      "\"\xe9 and more of this, long enough for two\"",
      "\"\x01\"",
      "\"a quote at the 16\"",
      "\"123456789012345\"",
      "\"1234567890123456\"",
      "\"\\u00c3\xa9\"",
      "{}",
      "[1,2]",
      "{\"a\":{\"b\":\"}\"}}",
      "nul",
      "\"open"};
  return OneOf(kValues, random);
}

std::string SomeLine(Random& random) {
  static const std::vector<std::string> kCommas = {",", ",", ",", ",", ", ", " ,", ",\t"};
  static const std::vector<std::string> kColons = {":", ":", ":", ":", ": ", " :", ":  "};
  static const std::vector<std::string> kEnds = {"\n", "\n", "\n", "\r\n", " \n", "\r\r\n", "x\n"};
  static const std::vector<std::string> kOtherKeys = {"more", "ts ", "t\\u0073", "", "userid"};
  std::string line = random() % 20 == 0 ? " {" : "{";
  const bool mostly_good = random() % 2 == 0;
  bool first = true;
  for (const ColumnSpec& column : kEventColumns) {
    const auto dice = random() % 40;
    if (dice == 0) continue;
    if (!first) line += mostly_good ? "," : OneOf(kCommas, random);
    first = false;
    const std::string key =
        dice == 1   ? OneOf(kOtherKeys, random)
        : dice == 2 ? std::string(kEventColumns[random() % kEventColumns.size()].json_key)
                    : std::string(column.json_key);
    line += '"' + key + '"' + (mostly_good ? ":" : OneOf(kColons, random));
    if (dice > 10 && column.name == "ts_ms") {
      line += "1541106106796";
    } else if (mostly_good && random() % 8 != 0) {
      line +=
          column.type == ColumnType::kText ? "\"some text\"" : std::to_string(random() % 100000);
    } else {
      line += SomeValue(random);
    }
  }
  line += '}';
  if (random() % 10 == 0) line[random() % line.size()] = static_cast<char>(random());
  if (random() % 20 == 0) line.resize(random() % line.size());
  return line + OneOf(kEnds, random);
}

TEST(PlainLineTest, BothWaysGiveTheSameRows) {
  Random random(20181101);
  for (int block = 0; block < 400; ++block) {
    std::string text;
    for (uint64_t lines = 1 + random() % 12; lines > 0; --lines) text += SomeLine(random);
    if (random() % 4 == 0) text.pop_back();
    ASSERT_NO_FATAL_FAILURE(ExpectSame(text));
  }
}

TEST(PlainLineTest, ADoubleOfSeventeenDigitsIsNotZero) {
  const std::string line = R"({"length":136.14332000000002,"ts":1544288975652})";
  for (const bool plain : {true, false}) {
    const std::vector<CopiedRow> rows = Rows(line, {}, plain);
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].values[static_cast<size_t>(EventColumn::kLength)],
              std::to_string(std::bit_cast<uint64_t>(136.14332000000002)));
  }
}

TEST(PlainLineTest, AnyByteOfALineMayBeAnyOther) {
  const std::string line =
      R"({"artist":"Bj)"
      "\xc3\xb6"
      R"(rk","length":231.23546,"page":"a\u00e9\/b","status":200,)"
      R"("ts":1541106106796,"userAgent":"\"Mozilla\/5.0 (X11; Linux)\"","userId":"39"})"
      "\n";
  for (size_t at = 0; at < line.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = line + line;
      changed[at] = static_cast<char>(byte);
      ASSERT_NO_FATAL_FAILURE(ExpectSame(changed)) << at << " is " << byte;
    }
  }
}

TEST(PlainLineTest, ALineMayEndAnywhere) {
  const std::string line =
      R"({"ts":1541106106796,"artist":"Des'ree","song":"\"You\" Gotta Be","length":246.30812})";
  for (size_t size = 0; size <= line.size(); ++size) {
    ASSERT_NO_FATAL_FAILURE(ExpectSame(line.substr(0, size)));
    ASSERT_NO_FATAL_FAILURE(ExpectSame(line + "\n" + line.substr(0, size)));
  }
}

}  // namespace
}  // namespace cadenza::decode
