#include "decode/song_decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cadenza::decode {
namespace {

struct DecodedSongs {
  std::vector<SongRow> rows;
  LineCounts counts;
};

DecodedSongs DecodeSongs(const std::string& text, const BlockLimits& limits = {}) {
  const std::string padded = text + std::string(kPadding, '\0');
  DecodedSongs decoded;
  SongDecoder decoder;
  decoder.Decode(std::string_view(padded).substr(0, text.size()), limits, &decoded.counts,
                 &decoded.rows);
  EXPECT_EQ(decoded.counts.total_bytes(), static_cast<int64_t>(text.size()));
  for (SongRow& row : decoded.rows) row.line = {};
  return decoded;
}

constexpr const char* kSongText =
    R"({"num_songs":1,"artist_id":"AR1","artist_latitude":null,"artist_longitude":-1.5,)"
    R"("artist_location":"","artist_name":"551","song_id":"SO1","title":"Infinity",)"
    R"("duration":218.93179,"year":0})";

std::string Pretty(const std::string& end) {
  return "{" + end + "  \"song_id\": \"SO2\"," + end + "  \"more\": [{" + end + "    \"a\": 1}]," +
         end + "  \"year\": 1999" + end + "}";
}

TEST(SongDecoder, OneRecord) {
  const DecodedSongs decoded = DecodeSongs(kSongText);
  ASSERT_EQ(decoded.rows.size(), 1U);
  const SongRow& row = decoded.rows[0];
  EXPECT_EQ(row.reason, Reason::kNone);
  EXPECT_EQ(row.song_id, "SO1");
  EXPECT_EQ(row.artist_name, "551");
  EXPECT_EQ(row.title, "Infinity");
  EXPECT_EQ(row.artist_location, "");
  EXPECT_FALSE(row.artist_latitude);
  EXPECT_EQ(row.artist_longitude, -1.5);
  EXPECT_EQ(row.duration, 218.93179);
  EXPECT_EQ(row.year, 0);
  EXPECT_EQ(row.num_songs, 1);
  EXPECT_EQ(row.rescued, "");
}

struct Corpus {
  const char* name;
  std::string text;
  std::vector<Reason> reasons;
  int64_t blank_lines;
};

TEST(SongDecoder, UglyFiles) {
  const std::string bom = "\xEF\xBB\xBF";
  const std::string song = kSongText;
  const std::string pretty = Pretty("\n");
  const std::vector<Corpus> corpus = {
      {"empty", "", {}, 0},
      {"only BOM", bom, {}, 0},
      {"lines",
       song + "\n" + song + "\r\n\n" + song,
       {Reason::kNone, Reason::kNone, Reason::kNone},
       1},
      {"pretty", bom + pretty + "\n\n", {Reason::kNone}, 1},
      {"pretty CRLF", Pretty("\r\n") + "\r\n", {Reason::kNone}, 0},
      {"pretty twice", pretty + "\n" + pretty, {Reason::kNone, Reason::kNone}, 0},
      {"pretty cut", pretty.substr(0, pretty.size() - 8) + "\n", {Reason::kTruncated}, 0},
      {"pretty bad", "{\n \"song_id\" \"SO\"\n}\n" + song, {Reason::kMalformed, Reason::kNone}, 0},
      {"cut line", song.substr(0, 50) + "\n" + song, {Reason::kTruncated, Reason::kNone}, 0},
      {"no key", R"({"title":"x"})", {Reason::kMissingKey}, 0},
      {"number key", R"({"song_id":5})", {Reason::kMissingKey}, 0},
      {"word", "hello\n" + song, {Reason::kMalformed, Reason::kNone}, 0},
      {"list", "[\n" + song + ",\n" + song + "\n]\n", {Reason::kNotAnObject}, 0},
      {"two on a line", song + song, {Reason::kTrailingContent}, 0},
      {"Latin-1", "{\"song_id\":\"\xF6\"}\n" + song, {Reason::kNotUtf8, Reason::kNone}, 0},
      {"pretty Latin-1",
       "{\n\"song_id\":\"\xF6\"\n}\n" + song,
       {Reason::kNotUtf8, Reason::kNone},
       0},
  };
  for (const Corpus& file : corpus) {
    SCOPED_TRACE(file.name);
    const DecodedSongs decoded = DecodeSongs(file.text);
    std::vector<Reason> reasons;
    for (const SongRow& row : decoded.rows) reasons.push_back(row.reason);
    EXPECT_EQ(reasons, file.reasons);
    EXPECT_EQ(decoded.counts.blank_lines, file.blank_lines);
  }
}

TEST(SongDecoder, PrettyRecordCountsItsLinesAndRescues) {
  const DecodedSongs decoded = DecodeSongs(Pretty("\n") + "\n");
  ASSERT_EQ(decoded.rows.size(), 1U);
  EXPECT_EQ(decoded.rows[0].lines, 6);
  EXPECT_EQ(decoded.rows[0].year, 1999);
  EXPECT_EQ(decoded.rows[0].rescued, "{\"more\":[{\n    \"a\": 1}]}");
}

TEST(SongDecoder, OversizedRecord) {
  BlockLimits limits;
  limits.line_bytes_max = 10;
  EXPECT_EQ(DecodeSongs(kSongText, limits).rows.at(0).reason, Reason::kOversized);
}

TEST(SongDecoder, UnfinishedLinesTakeLinearTime) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "{\n[\n";
  EXPECT_FALSE(DecodeSongs(text).rows.empty());
}

}  // namespace
}  // namespace cadenza::decode
