#include "decode/event_decoder.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "decode/double_encoding.h"

namespace cadenza::decode {
namespace {

constexpr auto kTs = static_cast<size_t>(EventColumn::kTsMs);
constexpr auto kArtist = static_cast<size_t>(EventColumn::kArtist);
constexpr auto kSong = static_cast<size_t>(EventColumn::kSong);
constexpr auto kUserId = static_cast<size_t>(EventColumn::kUserId);
constexpr auto kRegistration = static_cast<size_t>(EventColumn::kRegistration);
constexpr auto kStatus = static_cast<size_t>(EventColumn::kStatus);
constexpr auto kLength = static_cast<size_t>(EventColumn::kLength);

struct Decoded {
  std::vector<EventRow> rows;
  std::vector<std::string> texts;  // artist, user_id, ... copied, one string a row
  LineCounts counts;
};

bool Has(const EventRow& row, size_t column) { return (row.present >> column & 1U) != 0; }

Decoded Decode(const std::string& text, const EventDecoderOptions& options = {}) {
  const std::string padded = text + std::string(kPadding, '\0');
  Decoded decoded;
  EventDecoder decoder(options);
  decoder.Begin({std::string_view(padded).substr(0, text.size()), 0}, &decoded.counts);
  EventRow row;
  while (decoder.Next(&row)) {
    decoded.rows.push_back(row);
    std::string texts;
    for (const size_t column : {kArtist, kUserId}) {
      texts += Has(row, column) ? std::string(row.text[column]) : std::string("\\N");
      texts += '|';
    }
    decoded.texts.push_back(texts);
  }
  EXPECT_EQ(decoded.counts.total_bytes(), static_cast<int64_t>(text.size()));
  return decoded;
}

std::string Event(const std::string& fields) { return R"({"ts":1541106106796,)" + fields + "}"; }

struct BadLine {
  const char* name;
  std::string line;
  Reason reason;
};

std::vector<BadLine> BadLines() {
  const std::string deep(2000, '[');
  return {
      {"open quote", R"({"ts":1541106106796,"artist":"Fool's Garden)", Reason::kTruncated},
      {"open object", R"({"ts":1541106106796,"artist":"a")", Reason::kTruncated},
      {"cut literal", R"({"ts":1541106106796,"artist":nul)", Reason::kTruncated},
      {"cut escape", R"({"ts":1541106106796,"artist":"\u00)", Reason::kTruncated},
      {"open list", R"({"ts":1541106106796,"more":[1,)", Reason::kTruncated},
      {"two objects", R"({"ts":1541106106796}{"ts":1541106106796})", Reason::kTrailingContent},
      {"trailing comma", R"({"ts":1541106106796},)", Reason::kTrailingContent},
      {"trailing word", R"({"ts":1541106106796} x)", Reason::kTrailingContent},
      {"list", R"([{"ts":1541106106796}])", Reason::kNotAnObject},
      {"number", "12", Reason::kNotAnObject},
      {"string", R"("ts")", Reason::kNotAnObject},
      {"word", "hello", Reason::kMalformed},
      {"no colon", R"({"ts" 1541106106796})", Reason::kMalformed},
      {"no comma", R"({"ts":1541106106796 "artist":"a"})", Reason::kMalformed},
      {"comma before brace", R"({"ts":1541106106796,})", Reason::kMalformed},
      {"wrong bracket", R"({"ts":1541106106796,"more":[1})", Reason::kMalformed},
      {"bare key", R"({ts:1541106106796})", Reason::kMalformed},
      {"NaN", R"({"ts":1541106106796,"length":NaN})", Reason::kMalformed},
      {"leading zero", R"({"ts":1541106106796,"length":01})", Reason::kMalformed},
      {"number and quote", R"({"ts":1541106106796,"length":1"x"})", Reason::kMalformed},
      {"bad escape", R"({"ts":1541106106796,"artist":"\q"})", Reason::kMalformed},
      {"lone surrogate", R"({"ts":1541106106796,"artist":"\ud83d"})", Reason::kMalformed},
      {"low surrogate", R"({"ts":1541106106796,"artist":"\ude00"})", Reason::kMalformed},
      {"nested bad escape", R"({"ts":1541106106796,"more":[{"a":"\x"}]})", Reason::kMalformed},
      {"tab in string", "{\"ts\":1541106106796,\"artist\":\"a\tb\"}", Reason::kMalformed},
      {"NUL", std::string("{\"ts\":1541106106796\0}", 21), Reason::kMalformed},
      {"NULs only", std::string(40, '\0'), Reason::kMalformed},
      {"too deep", R"({"ts":1541106106796,"more":)" + deep, Reason::kMalformed},
      {"Latin-1", "{\"ts\":1541106106796,\"artist\":\"Bj\xF6rk\"}", Reason::kNotUtf8},
      {"BOM inside", "\xEF\xBB\xBF{\"ts\":1541106106796}", Reason::kMalformed},
      {"empty object", "{}", Reason::kMissingTime},
      {"null ts", R"({"ts":null})", Reason::kMissingTime},
      {"text ts", R"({"ts":"1541106106796"})", Reason::kMissingTime},
      {"fraction ts", R"({"ts":1541106106796.5})", Reason::kMissingTime},
      {"huge ts", R"({"ts":154110610679615411061067961541106106796})", Reason::kMissingTime},
      {"seconds", R"({"ts":1541106106})", Reason::kTimeOutOfRange},
  };
}

TEST(EventDecoder, ALineBehindOneThatEndsAtAColonIsNotLost) {
  EventDecoderOptions options;
  for (const bool plain : {true, false}) {
    options.read_plain = plain;
    const Decoded decoded =
        Decode("{\"ts\":\n\n16795}\n" + Event("\"userId\":\"7\"") + "\n", options);
    ASSERT_EQ(decoded.rows.size(), 3U);
    EXPECT_EQ(decoded.rows[0].reason, Reason::kTruncated);
    EXPECT_EQ(decoded.rows[1].reason, Reason::kNotAnObject);
    EXPECT_EQ(decoded.rows[2].reason, Reason::kNone);
    EXPECT_EQ(decoded.counts.blank_lines, 1);
  }
}

TEST(EventDecoder, BadLineLeavesItsNeighboursAlone) {
  const std::string good = Event(R"("artist":"A","userId":"8")");
  for (const BadLine& bad : BadLines()) {
    for (const std::string end : {"\n", "\r\n"}) {
      SCOPED_TRACE(bad.name);
      const Decoded decoded = Decode(good + end + bad.line + end + good);
      ASSERT_EQ(decoded.rows.size(), 3U);
      EXPECT_EQ(decoded.rows[0].reason, Reason::kNone);
      EXPECT_EQ(ReasonName(decoded.rows[1].reason), ReasonName(bad.reason));
      EXPECT_FALSE(decoded.rows[1].detail.empty());
      EXPECT_EQ(decoded.rows[1].present, 0U);
      EXPECT_EQ(decoded.rows[2].reason, Reason::kNone);
      EXPECT_EQ(decoded.counts.quarantined_lines, 1);
      EXPECT_EQ(decoded.counts.quarantined_bytes,
                static_cast<int64_t>(bad.line.size() + end.size()));
      EXPECT_EQ(decoded.texts[2], "A|8|");
    }
  }
}

TEST(EventDecoder, GoodOrBadWhateverIsWanted) {
  for (const BadLine& bad : BadLines()) {
    SCOPED_TRACE(bad.name);
    EventDecoderOptions options;
    options.want_rescued = false;
    options.wanted = 1U << kStatus;
    EXPECT_EQ(Decode(bad.line, options).rows.at(0).reason, bad.reason);
    options.wanted = 0;
    options.require_time = false;
    const bool time = bad.reason == Reason::kMissingTime || bad.reason == Reason::kTimeOutOfRange;
    EXPECT_EQ(Decode(bad.line, options).rows.at(0).reason, time ? Reason::kNone : bad.reason);
  }
}

TEST(EventDecoder, ObjectOverTwoLinesIsTwoBadLines) {
  const Decoded decoded =
      Decode("{\"ts\":1541106106796,\n\"artist\":\"A\"}\n{\"ts\":1541106106796}");
  ASSERT_EQ(decoded.rows.size(), 3U);
  EXPECT_EQ(decoded.rows[0].reason, Reason::kTruncated);
  EXPECT_EQ(decoded.rows[1].reason, Reason::kNotAnObject);
  EXPECT_EQ(decoded.rows[2].reason, Reason::kNone);
}

TEST(EventDecoder, BlankLinesAreCountedOnly) {
  const Decoded decoded = Decode("\n \t\r\n{\"ts\":1541106106796}\n\r\n  ");
  EXPECT_EQ(decoded.rows.size(), 1U);
  EXPECT_EQ(decoded.rows[0].offset, 5);
  EXPECT_EQ(decoded.counts.blank_lines, 4);
  EXPECT_EQ(decoded.counts.blank_bytes, 9);
}

struct Value {
  const char* fields;
  const char* texts;  // artist|user_id|
  const char* rescued;
};

TEST(EventDecoder, ValuesByType) {
  const std::vector<Value> values = {
      {R"("artist":"551","userId":"39")", "551|39|", ""},
      {R"("artist":551,"userId":39)", R"(\N|39|)", R"({"artist":551})"},
      {R"("artist":null,"userId":39.0)", R"(\N|39|)", ""},
      {R"("artist":"Infinity","userId":3.9e1)", "Infinity|39|", ""},
      {R"("artist":"","userId":"")", R"(|\N|)", ""},
      {R"("artist":[1, 2],"userId":39.5)", R"(\N|\N|)", R"({"artist":[1, 2],"userId":39.5})"},
      {R"("artist":true,"userId":null)", R"(\N|\N|)", R"({"artist":true})"},
      {R"("artist":"a\"b\/\u00e9\ud83d\ude00","userId":"\u0038")", "a\"b/é😀|8|", ""},
      {R"("\u0061rtist":"x","userId":-0)", "x|0|", ""},
      {R"("artist":"a","artist":"b")", R"(b|\N|)", ""},
      {R"("artist":"a","artist":5)", R"(\N|\N|)", R"({"artist":5})"},
      {R"("artist":5,"artist":"a")", R"(a|\N|)", ""},
      {R"("artist":"a","artist":null)", R"(\N|\N|)", ""},
      {R"("new" : {"a":[{}]} ,"n\"":1,"new":2)", R"(\N|\N|)", R"({"new":2,"n\"":1})"},
      {R"("userId":123456789012345678901)", R"(\N|123456789012345678901|)", ""},
  };
  for (const Value& value : values) {
    SCOPED_TRACE(value.fields);
    const Decoded decoded = Decode(Event(value.fields));
    ASSERT_EQ(decoded.rows.size(), 1U);
    EXPECT_EQ(decoded.rows[0].reason, Reason::kNone) << decoded.rows[0].detail;
    EXPECT_EQ(decoded.texts[0], value.texts);
    EXPECT_EQ(decoded.rows[0].rescued, value.rescued);
  }
}

TEST(EventDecoder, Numbers) {
  const Decoded decoded =
      Decode(Event(R"("registration":1540919166796.0,"status":200,"length":218.93179)") + "\n" +
             Event(R"("registration":1.540919166796e12,"status":3000000000,"length":7)") + "\n" +
             Event(R"("registration":9223372036854775808,"status":-2147483648,"length":1e999)") +
             "\n" + Event(R"("registration":-9223372036854775808,"status":2e2,"length":1e-999)"));
  ASSERT_EQ(decoded.rows.size(), 4U);
  EXPECT_EQ(decoded.rows[0].integer[kRegistration], 1540919166796);
  EXPECT_EQ(decoded.rows[0].number[kLength], 218.93179);
  EXPECT_EQ(decoded.rows[1].integer[kRegistration], 1540919166796);
  EXPECT_EQ(decoded.rows[1].rescued, R"({"status":3000000000})");
  EXPECT_EQ(decoded.rows[1].number[kLength], 7.0);
  EXPECT_EQ(decoded.rows[2].rescued, R"({"registration":9223372036854775808,"length":1e999})");
  EXPECT_EQ(decoded.rows[2].integer[kStatus], INT32_MIN);
  EXPECT_EQ(decoded.rows[3].integer[kRegistration], INT64_MIN);
  EXPECT_EQ(decoded.rows[3].integer[kStatus], 200);
  EXPECT_EQ(decoded.rows[3].number[kLength], 0.0);
}

TEST(EventDecoder, TimeUnits) {
  struct Case {
    TimeUnit unit;
    const char* ts;
    int64_t milliseconds;
  };
  for (const Case& c : {Case{TimeUnit::kSeconds, "1541106106", 1541106106000},
                        Case{TimeUnit::kMicroseconds, "1541106106796999", 1541106106796},
                        Case{TimeUnit::kNanoseconds, "1541106106796999999", 1541106106796}}) {
    EventDecoderOptions options;
    options.unit = c.unit;
    const Decoded decoded = Decode(std::string("{\"ts\":") + c.ts + "}", options);
    EXPECT_EQ(decoded.rows.at(0).integer[kTs], c.milliseconds);
    const Decoded far = Decode(R"({"ts":9223372036854775807})", options);
    EXPECT_EQ(far.rows.at(0).reason, Reason::kTimeOutOfRange);
    EXPECT_NE(far.rows.at(0).detail.find("9223372036854775807"), std::string::npos);
  }
}

TEST(EventDecoder, LinesOfAllSizesAroundBatches) {
  std::string text;
  for (size_t size = 0; size < 1000; ++size) {
    text +=
        Event(R"("artist":")" + std::string(size, 'a') + "\"") + (size % 3 != 0 ? "\n" : "\r\n");
  }
  const Decoded decoded = Decode(text);
  EXPECT_EQ(decoded.counts.good_lines, 1000);
  const Decoded odd = Decode(text + "{\"\n" + text);
  EXPECT_EQ(odd.counts.good_lines, 2000);
  EXPECT_EQ(odd.counts.quarantined_lines, 1);
}

TEST(EventDecoder, DuplicatedKeysWithoutEnd) {
  std::string line = R"({"ts":1541106106796)";
  for (int i = 0; i < 50000; ++i) line += ",\"k" + std::to_string(i % 20000) + "\":1";
  EXPECT_EQ(Decode(line + "}").counts.good_lines, 1);
}

TEST(EventDecoder, RealLogs) {
  const char* given = std::getenv("CADENZA_SHARED_DATA");
  const std::filesystem::path logs =
      std::filesystem::path(given != nullptr ? given : CADENZA_SHARED_DATA_DEFAULT) / "log_data";
  if (!std::filesystem::exists(logs)) GTEST_SKIP() << "no shared data, set CADENZA_SHARED_DATA";
  LineCounts counts;
  int double_encoded = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(logs)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    const size_t size = text.size();
    text.append(kPadding, '\0');
    EventDecoder decoder({});
    decoder.Begin({std::string_view(text).substr(0, size), 0}, &counts);
    EventRow row;
    while (decoder.Next(&row)) {
      EXPECT_EQ(row.rescued, "");
      if (!Has(row, kArtist) || !Has(row, kSong)) continue;  // not a play
      double_encoded += UndoDoubleEncoding(row.text[kArtist]).has_value() ||
                                UndoDoubleEncoding(row.text[kSong]).has_value()
                            ? 1
                            : 0;
    }
  }
  EXPECT_EQ(double_encoded, 326);
  EXPECT_EQ(counts.good_lines, 8056);
  EXPECT_EQ(counts.quarantined_lines, 0);
}

}  // namespace
}  // namespace cadenza::decode
