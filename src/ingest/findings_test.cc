#include "ingest/findings.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "engine/test_engine.h"

namespace cadenza::ingest {
namespace {

using engine::KeyMark;

decode::QuarantinedLine Bad(int64_t offset, std::string raw = "{",
                            decode::Reason reason = decode::Reason::kMalformed) {
  decode::QuarantinedLine line;
  line.offset = offset;
  line.length_bytes = static_cast<int64_t>(raw.size()) + 1;
  line.reason = reason;
  line.detail = "at fault: }";
  line.raw = std::move(raw);
  return line;
}

class FindingsTest : public testing::Test {
 protected:
  static std::vector<SourceFile> Files() {
    std::vector<SourceFile> files(2);
    files[0].name = "a.zip!log \"1\".json";
    files[1].name = "b.json";
    return files;
  }
  std::vector<nlohmann::json> Spooled() {
    std::ifstream file(folder_.File("spool.json"), std::ios::binary);
    std::vector<nlohmann::json> rows;
    for (std::string line; std::getline(file, line);) rows.push_back(nlohmann::json::parse(line));
    return rows;
  }

  engine::TestFolder folder_;
  std::vector<SourceFile> files_ = Files();
  Findings findings_{Source::kLogs, 7, files_, folder_.File("spool.json")};
};

TEST_F(FindingsTest, CountsAddUpByFile) {
  decode::LineCounts counts;
  counts.Count(decode::LineClass::kGood, 100, 2);
  counts.Count(decode::LineClass::kQuarantined, 10);
  findings_.OnCounts(0, counts);
  findings_.OnCounts(0, counts);
  counts.bom_bytes = 3;
  findings_.OnCounts(1, counts);
  EXPECT_EQ(findings_.counts()[0].good_lines, 4);
  EXPECT_EQ(findings_.counts()[0].total_bytes(), 220);
  EXPECT_EQ(findings_.counts()[1].total_bytes(), 113);
  EXPECT_EQ(findings_.total().total_bytes(), 333);
  EXPECT_EQ(findings_.total().total_lines(), 9);
}

TEST_F(FindingsTest, BadLinesGoToTheSpool) {
  findings_.OnQuarantined(0, Bad(12, "{\"half\": \"\xC3\xB6\n\\"));
  findings_.OnQuarantined(1, Bad(0, "", decode::Reason::kMissingTime));
  EXPECT_EQ(findings_.quarantined_rows(), 2);
  const Status closed = findings_.CloseSpool();
  ASSERT_TRUE(closed.ok()) << closed.error().message;
  const auto rows = Spooled();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0]["_file"], "a.zip!log \"1\".json");
  EXPECT_EQ(rows[0]["_offset"], 12);
  EXPECT_EQ(rows[0]["raw"], "{\"half\": \"\xC3\xB6\n\\");
  EXPECT_EQ(rows[0]["reason"], "malformed");
  EXPECT_EQ(rows[0]["detail"], "at fault: }");
  EXPECT_EQ(rows[0]["source"], "logs");
  EXPECT_EQ(rows[0]["raw_cut"], false);
  EXPECT_EQ(rows[0]["run"], 7);
  EXPECT_EQ(rows[1]["reason"], "ts_missing");
  for (const lake::ModelColumn& column : lake::FindModel("quarantine")->columns) {
    EXPECT_TRUE(rows[0].contains(column.name)) << column.name;
  }
}

TEST_F(FindingsTest, TextThatIsNotUtf8DoesNotStopTheSpool) {
  auto line = Bad(0);
  line.detail = "saw \xFF";
  findings_.OnQuarantined(1, line);
  ASSERT_TRUE(findings_.CloseSpool().ok());
  EXPECT_EQ(Spooled()[0]["detail"], "saw \xEF\xBF\xBD");
}

TEST_F(FindingsTest, WithoutBadLinesThereIsNoSpool) {
  EXPECT_TRUE(findings_.CloseSpool().ok());
  EXPECT_FALSE(std::filesystem::exists(findings_.spool_path()));
}

TEST_F(FindingsTest, TheFirstOffendersAreTheLeastInAnyOrder) {
  for (int64_t offset : {90, 10, 50, 70, 30, 20, 60}) findings_.OnQuarantined(1, Bad(offset));
  findings_.OnQuarantined(0, Bad(1000));
  const auto& offenders = findings_.first_offenders();
  ASSERT_EQ(offenders.size(), 5U);
  EXPECT_EQ(offenders[0].file, "a.zip!log \"1\".json");
  EXPECT_EQ(offenders[0].offset, 1000);
  std::vector<int64_t> offsets;
  for (size_t i = 1; i < offenders.size(); ++i) offsets.push_back(offenders[i].offset);
  EXPECT_EQ(offsets, (std::vector<int64_t>{10, 20, 30, 50}));
  EXPECT_EQ(offenders[1].reason, "malformed");
}

TEST_F(FindingsTest, RepeatedKeysAreFoundByDay) {
  const std::vector<KeyMark> first = {{1, 100}, {1, 200}, {2, 100}, {3, 0}, {5, 7}, {5, 7}};
  const std::vector<KeyMark> second = {{2, 101}, {3, 0}, {-4, ~uint64_t{0}}, {-4, ~uint64_t{0}}};
  findings_.OnKeys(first);
  findings_.OnKeys(second);
  EXPECT_EQ(findings_.DaysWithRepeatedKeys(), (std::vector<int32_t>{-4, 3, 5}));
}

TEST_F(FindingsTest, KeysOfOneSlotAreNotTakenForEqual) {
  std::vector<KeyMark> keys;
  for (uint64_t key = 1; key <= 5000; ++key) keys.push_back({1, key << 32});  // low bits alike
  findings_.OnKeys(keys);
  EXPECT_TRUE(findings_.DaysWithRepeatedKeys().empty());
  findings_.OnKeys(std::span(keys).last(1));
  EXPECT_EQ(findings_.DaysWithRepeatedKeys(), (std::vector<int32_t>{1}));
}

TEST_F(FindingsTest, ThreadsReportAtOnce) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 500; ++i) {
        decode::LineCounts counts;
        counts.Count(decode::LineClass::kGood, 1);
        findings_.OnCounts(static_cast<size_t>(i % 2), counts);
        findings_.OnQuarantined(1, Bad(thread * 500 + i));
        const KeyMark key{i, static_cast<uint64_t>(thread)};
        findings_.OnKeys(std::span(&key, 1));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(findings_.CloseSpool().ok());
  EXPECT_EQ(findings_.total().good_lines, 2000);
  EXPECT_EQ(Spooled().size(), 2000U);
  EXPECT_EQ(findings_.first_offenders()[0].offset, 0);
  EXPECT_TRUE(findings_.DaysWithRepeatedKeys().empty());
}

TEST_F(FindingsTest, ProgressIsHandedOn) {
  findings_.OnProgress(5);  // nobody listens
  int64_t done = 0;
  findings_.set_progress([&](int64_t bytes) { done += bytes; });
  findings_.OnProgress(5);
  findings_.OnProgress(7);
  EXPECT_EQ(done, 12);
}

}  // namespace
}  // namespace cadenza::ingest
