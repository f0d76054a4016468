// Source files as relations: read_events, read_songs, the scans of a run and the replacement scan.

#include "engine/scan.h"

#include <algorithm>
#include <mutex>

#include "engine/test_engine.h"

namespace cadenza::engine {
namespace {

using Lines = std::vector<std::string>;

const char* const kPlay =
    R"({"artist":"Muse","page":"NextSong","userId":"8","sessionId":139,"itemInSession":0,)"
    R"("ts":1541106106796,"length":245.5,"song":"A rather long title of a song","status":200})";

/// Keeps what a scan tells it.
class Notes : public ScanObserver {
 public:
  void OnCounts(size_t file, const decode::LineCounts& counts) override {
    const std::scoped_lock lock(mutex_);
    counts_[file].Add(counts);
  }
  void OnQuarantined(size_t file, decode::QuarantinedLine line) override {
    const std::scoped_lock lock(mutex_);
    bad_.push_back(fmt::format("{}:{}+{} {} {}", file, line.offset, line.length_bytes,
                               decode::ReasonName(line.reason), line.raw));
  }
  void OnKeys(std::span<const KeyMark> keys) override {
    const std::scoped_lock lock(mutex_);
    for (const KeyMark& key : keys) keys_.emplace_back(key.day, key.hash);
  }
  void OnProgress(int64_t stored_bytes) override {
    const std::scoped_lock lock(mutex_);
    progress_ += stored_bytes;
  }

  Lines bad() const {
    Lines sorted = bad_;
    std::ranges::sort(sorted);
    return sorted;
  }
  std::map<size_t, decode::LineCounts> counts_;
  std::vector<std::pair<int32_t, uint64_t>> keys_;
  int64_t progress_ = 0;

 private:
  std::mutex mutex_;
  Lines bad_;
};

class ScanTest : public testing::Test {
 protected:
  std::vector<SourceFile> Listed(const std::string& pattern) {
    auto listing = ListSources(pattern);
    EXPECT_TRUE(listing.ok()) << MessageOf(listing);
    return listing.ok() ? std::move(listing->files) : std::vector<SourceFile>{};
  }
  Lines Ask(const std::string& sql) { return Rows(*engine_, sql); }

  TestFolder folder_;
  std::unique_ptr<Engine> engine_ = OpenTestEngine();
};

TEST_F(ScanTest, AnEventHasItsColumns) {
  const std::string path = folder_.Put("log.json", std::string(kPlay) + "\n");
  EventScan scan;
  scan.files = Listed(path);
  ASSERT_TRUE(engine_->BindEventScan("lines", &scan).ok());
  EXPECT_EQ(Ask("SELECT artist, user_id, ts_ms, event_time, event_date, length, status, level,"
                " _rescued, _error, _offset, _length FROM lines"),
            (Lines{"Muse|8|1541106106796|2018-11-01 21:01:46.796+00|2018-11-01|245.5|200|NULL|NULL|"
                   "NULL|0|" +
                   std::to_string(std::string_view(kPlay).size() + 1)}));
  EXPECT_EQ(Ask("SELECT _file FROM lines"), (Lines{path}));
  EXPECT_EQ(Ask("SELECT song FROM lines"), (Lines{"A rather long title of a song"}));
  EXPECT_EQ(Ask("SELECT count(*) FROM lines"), (Lines{"1"}));
  const auto columns = engine_->Describe("SELECT * FROM lines");
  ASSERT_TRUE(columns.ok());
  EXPECT_EQ(columns->size(), 25U);
  EXPECT_EQ((*columns)[18], (Column{"event_time", "TIMESTAMP WITH TIME ZONE"}));
}

TEST_F(ScanTest, WithoutObserverBadLinesAreRows) {
  const std::string good = std::string(kPlay) + "\n";
  folder_.Put("log.json", good + "not json\n\n{\"ts\":null}\n{\"ts\":1}\n[1]\n" + good);
  EventScan scan;
  scan.files = Listed(folder_.File("log.json"));
  ASSERT_TRUE(engine_->BindEventScan("lines", &scan).ok());
  EXPECT_EQ(Ask("SELECT count(*), count(_error) FROM lines"), (Lines{"6|4"}));
  EXPECT_EQ(Ask("SELECT _offset - " + std::to_string(good.size()) +
                ", _length, regexp_replace(_error, ':.*', ''), ts_ms, event_time, event_date,"
                " artist FROM lines WHERE _error IS NOT NULL ORDER BY _offset"),
            (Lines{"0|9|malformed|NULL|NULL|NULL|NULL", "10|12|ts_missing|NULL|NULL|NULL|NULL",
                   "22|9|ts_out_of_range|NULL|NULL|NULL|NULL",
                   "31|4|not_an_object|NULL|NULL|NULL|NULL"}));
}

TEST_F(ScanTest, WithAnObserverBadLinesGoThereOnly) {
  const std::string good = std::string(kPlay) + "\n";
  const std::string text = "\xEF\xBB\xBF" + good + "not json\n\n{\"ts\":null}\n" + good;
  folder_.Put("a.json", text);
  folder_.Put("b.json", "{\"page\":\"Home\",\"ts\":-1}");
  Notes notes;
  EventScan scan;
  scan.files = Listed(folder_.path());
  scan.observer = &notes;
  ASSERT_TRUE(engine_->BindEventScan("lines", &scan).ok());
  EXPECT_EQ(Ask("SELECT count(*), count(_error) FROM (SELECT _error FROM lines)"), (Lines{"2|0"}));
  const int64_t size = static_cast<int64_t>(good.size());
  EXPECT_EQ(notes.bad(), (Lines{fmt::format("0:{}+9 malformed not json", size + 3),
                                fmt::format("0:{}+12 ts_missing {{\"ts\":null}}", size + 13),
                                "1:0+23 ts_out_of_range {\"page\":\"Home\",\"ts\":-1}"}));
  EXPECT_EQ(notes.counts_[0].good_lines, 2);
  EXPECT_EQ(notes.counts_[0].bom_bytes, 3);
  EXPECT_EQ(notes.counts_[0].blank_lines, 1);
  EXPECT_EQ(notes.counts_[0].total_bytes(), static_cast<int64_t>(text.size()));
  EXPECT_EQ(notes.counts_[1].quarantined_bytes, 23);
  EXPECT_EQ(notes.progress_, static_cast<int64_t>(text.size()) + 23);
  ASSERT_EQ(notes.keys_.size(), 2U);
  EXPECT_EQ(notes.keys_[0], notes.keys_[1]) << "the same event twice";
  EXPECT_EQ(notes.keys_[0].first, 17'836);
}

TEST_F(ScanTest, OversizedLinesAreRowsOrGoToTheObserver) {
  const std::string long_line(5000, 'x');
  const std::string good = std::string(kPlay) + "\n";
  folder_.Put("log.json", good + long_line + "\n" + good);
  EventScan scan;
  scan.files = Listed(folder_.File("log.json"));
  scan.limits.block_bytes = 1024;
  scan.limits.line_bytes_max = 2048;
  scan.limits.raw_bytes_max = 10;
  ASSERT_TRUE(engine_->BindEventScan("lines", &scan).ok());
  EXPECT_EQ(Ask("SELECT _offset, _length FROM lines WHERE _error LIKE 'oversized%'"),
            (Lines{fmt::format("{}|5001", good.size())}));
  EXPECT_EQ(Ask("SELECT count(*) FROM lines WHERE _error IS NULL"), (Lines{"2"}));
  Notes notes;
  scan.observer = &notes;
  EXPECT_EQ(Ask("SELECT count(*) FROM (SELECT _offset FROM lines)"), (Lines{"2"}));
  EXPECT_EQ(notes.bad(), (Lines{fmt::format("0:{}+5001 oversized xxxxxxxxxx", good.size())}));
  EXPECT_EQ(notes.counts_[0].total_bytes(), static_cast<int64_t>(2 * good.size()) + 5001);
}

TEST_F(ScanTest, UnitsAreByFile) {
  folder_.Put("a.json", "{\"ts\":1541106106}\n");
  folder_.Put("b.json", "{\"ts\":1541106106796}\n");
  EventScan scan;
  scan.files = Listed(folder_.path());
  scan.units = {decode::TimeUnit::kSeconds, decode::TimeUnit::kMilliseconds};
  ASSERT_TRUE(engine_->BindEventScan("lines", &scan).ok());
  EXPECT_EQ(Ask("SELECT ts_ms FROM lines ORDER BY _file"),
            (Lines{"1541106106000", "1541106106796"}));
}

TEST_F(ScanTest, ManyBlocksAndThreadsGiveEveryLineOnce) {
  std::string text;
  for (int line = 0; line < 20'000; ++line) {
    text += fmt::format(R"({{"ts":{},"userId":"{}","song":"a title that is not short, no {}"}})",
                        1'541'106'106'796 + line, line % 97, line) +
            "\n";
  }
  folder_.Put("log.json", text);
  EventScan scan;
  scan.files = Listed(folder_.File("log.json"));
  scan.limits.block_bytes = 4096;
  ASSERT_TRUE(engine_->BindEventScan("lines", &scan).ok());
  EXPECT_EQ(Ask("SELECT count(*), count(DISTINCT song), count(DISTINCT _offset), sum(_length),"
                " count(DISTINCT user_id), count(_error) FROM lines"),
            (Lines{fmt::format("20000|20000|20000|{}|97|0", text.size())}));
  EXPECT_EQ(Ask("SELECT song FROM lines ORDER BY ts_ms DESC LIMIT 1"),
            (Lines{"a title that is not short, no 19999"}));
}

const char* const kSong =
    R"({"num_songs":1,"artist_id":"AR1","artist_latitude":null,"artist_longitude":2.5,)"
    R"("artist_location":"","artist_name":"Muse","song_id":"SO1","title":"Uprising",)"
    R"("duration":304.5,"year":2009})";

TEST_F(ScanTest, ACatalogueRecordHasItsColumns) {
  const std::string path = folder_.Put("song.json", kSong);
  SongScan scan;
  scan.files = Listed(path);
  ASSERT_TRUE(engine_->BindSongScan("lines", &scan).ok());
  EXPECT_EQ(Ask("SELECT song_id, title, artist_id, artist_name, artist_latitude, artist_longitude,"
                " duration, year, num_songs, _rescued, _error, _offset FROM lines"),
            (Lines{"SO1|Uprising|AR1|Muse|NULL|2.5|304.5|2009|1|NULL|NULL|0"}));
  EXPECT_EQ(Ask("SELECT _file FROM lines"), (Lines{path}));
}

TEST_F(ScanTest, BadCatalogueRecordsAreRowsOrGoToTheObserver) {
  const std::string good = std::string(kSong) + "\n";
  const std::string text = good + "nonsense\n{\"title\":\"x\"}\n";
  folder_.Put("a.json", text);
  folder_.Put("b.json", "{\n  \"song_id\": \"SO2\",\n  \"title\": \"printed\"\n}\n");
  SongScan scan;
  scan.files = Listed(folder_.path());
  ASSERT_TRUE(engine_->BindSongScan("lines", &scan).ok());
  EXPECT_EQ(Ask("SELECT regexp_replace(_error, ':.*', ''), song_id, right(_file, 6) FROM lines"
                " ORDER BY _file, _offset"),
            (Lines{"NULL|SO1|a.json", "malformed|NULL|a.json", "missing_key|NULL|a.json",
                   "NULL|SO2|b.json"}));
  Notes notes;
  scan.observer = &notes;
  EXPECT_EQ(Ask("SELECT count(*) FROM (SELECT _error FROM lines)"), (Lines{"2"}));
  EXPECT_EQ(notes.bad(),
            (Lines{fmt::format("0:{}+9 malformed nonsense", good.size()),
                   fmt::format("0:{}+14 missing_key {{\"title\":\"x\"}}", good.size() + 9)}));
  EXPECT_EQ(notes.counts_[0].total_bytes(), static_cast<int64_t>(text.size()));
  EXPECT_EQ(notes.counts_[1].good_lines, 4) << "a record printed over four lines";
  EXPECT_EQ(notes.keys_.size(), 2U);
}

TEST_F(ScanTest, ThousandsOfSmallCatalogueFiles) {
  for (int file = 0; file < 700; ++file) {
    folder_.Put(fmt::format("{}/{}.json", file % 7, file),
                fmt::format(R"({{"song_id":"SO{}","title":"t"}})", file));
  }
  SongScan scan;
  scan.files = Listed(folder_.path());
  ASSERT_TRUE(engine_->BindSongScan("lines", &scan).ok());
  EXPECT_EQ(Ask("SELECT count(*), count(DISTINCT song_id), count(DISTINCT _file), count(_error)"
                " FROM lines WHERE contains(_file, '/' || substr(song_id, 3) || '.json')"),
            (Lines{"700|700|700|0"}));
}

TEST_F(ScanTest, AFileThatIsGoneIsAnErrorWithItsName) {
  EventScan events;
  events.files = Listed(folder_.Put("log.json", kPlay));
  SongScan songs;
  songs.files = events.files;
  ASSERT_TRUE(engine_->BindEventScan("events", &events).ok());
  ASSERT_TRUE(engine_->BindSongScan("songs", &songs).ok());
  std::filesystem::remove(folder_.File("log.json"));
  for (const char* sql : {"SELECT * FROM events", "SELECT * FROM songs"}) {
    const auto rows = engine_->Query(sql);
    ASSERT_FALSE(rows.ok()) << sql;
    EXPECT_NE(rows.error().message.find("log.json"), std::string::npos) << rows.error().message;
  }
}

TEST_F(ScanTest, PatternsAreReadByTheFunctions) {
  folder_.Put("logs/a.json", std::string(kPlay) + "\nnot json\n");
  folder_.Put("logs/deep/b.json", std::string(kPlay) + "\n");
  const std::string song = folder_.Put("songs/a.json", kSong);
  const std::string logs = "read_events(" + QuoteText(folder_.File("logs")) + ")";
  EXPECT_EQ(Ask("SELECT count(*), count(_error), count(DISTINCT _file) FROM " + logs),
            (Lines{"3|1|2"}));
  EXPECT_EQ(Ask("SELECT count(*) FROM read_events(" + QuoteText(folder_.File("logs/*.json")) + ")"),
            (Lines{"2"}));
  EXPECT_EQ(Ask("SELECT title FROM read_songs(" + QuoteText(song) + ")"), (Lines{"Uprising"}));
  const auto nothing =
      engine_->Query("SELECT * FROM read_events(" + QuoteText(folder_.File("none.json")) + ")");
  ASSERT_FALSE(nothing.ok());
  EXPECT_NE(nothing.error().message.find("none.json"), std::string::npos);
}

}  // namespace
}  // namespace cadenza::engine
