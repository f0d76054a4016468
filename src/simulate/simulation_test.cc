// The whole simulation in memory: the same bytes on any number of threads, and a ledger that says
// what is in them.
#include "simulate/simulation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "simulate/gzip_member.h"
#include "simulate/json_piece.h"
#include "simulate/log_files.h"

namespace cadenza::simulate {
namespace {

using nlohmann::json;

class MemorySink final : public FileSink {
 public:
  Status Begin(const std::string& name) override {
    EXPECT_FALSE(files.contains(name)) << name;
    open_ = &files[name];
    return {};
  }
  Status Append(std::string bytes) override {
    *open_ += bytes;
    return {};
  }
  Status End() override {
    open_ = nullptr;
    return {};
  }
  std::map<std::string, std::string> files;

 private:
  std::string* open_ = nullptr;
};

struct Made {
  std::map<std::string, std::string> files;
  std::vector<FileLedger> ledger;
};

WorldOptions SmallWorld() {
  WorldOptions options;
  options.listeners = 400;
  options.days = 3;
  options.start_ms = 17'836 * kDayMs;
  options.songs = 50;
  options.unlisted_songs = 50;
  options.growth = 3;
  options.profile = "churn";
  options.activity = 3;
  return options;
}

Made Make(const WorldOptions& options, const LogFileOptions& files_options, int threads) {
  const World world(options);
  Workers workers(threads);
  const Faults faults(files_options.faults, options.seed);
  Simulation simulation(world, faults, &workers);
  const LineWriter lines(world, simulation.listeners());
  MemorySink sink;
  LogFiles files(world, lines, &workers, &sink, files_options);
  Hour hour;
  while (simulation.Next(&hour)) EXPECT_TRUE(files.Write(hour).ok());
  EXPECT_TRUE(files.Finish().ok());
  return {std::move(sink.files), files.ledger()};
}

LogFileOptions AllFaults() {
  LogFileOptions options;
  options.faults = {.late = 0.02,
                    .late_hours = 5,
                    .reordered = 0.05,
                    .duplicated = 0.03,
                    .malformed = 0.04,
                    .unit_flips = 0.02,
                    .drift_at_row = 500};
  return options;
}

TEST(SimulationTest, ThreadsDoNotChangeABit) {
  for (const bool gzip : {false, true}) {
    LogFileOptions options = AllFaults();
    options.gzip = gzip;
    options.faults.cut_files = gzip ? 1 : 0;
    const Made one = Make(SmallWorld(), options, 1);
    ASSERT_EQ(one.files.size(), 3U);
    for (const int threads : {2, 5})
      EXPECT_EQ(Make(SmallWorld(), options, threads).files, one.files);
  }
}

TEST(SimulationTest, AnotherSeedIsAnotherWorld) {
  WorldOptions other = SmallWorld();
  other.seed = 2;
  EXPECT_NE(Make(SmallWorld(), {}, 1).files, Make(other, {}, 1).files);
}

TEST(SimulationTest, FilesOfMinutesHoldWhatFilesOfDaysHold) {
  LogFileOptions short_files;
  short_files.file_ms = 5 * 60'000;
  std::string in_days;
  std::string in_minutes;
  for (const auto& [name, text] : Make(SmallWorld(), {}, 2).files) in_days += text + "\n";
  for (const auto& [name, text] : Make(SmallWorld(), short_files, 2).files) {
    in_minutes += text + "\n";
  }
  EXPECT_TRUE(in_days == in_minutes);
}

TEST(SimulationTest, CompressedFilesHoldTheSame) {
  LogFileOptions packed;
  packed.gzip = true;
  const Made plain = Make(SmallWorld(), {}, 2);
  for (const auto& [name, bytes] : Make(SmallWorld(), packed, 2).files) {
    EXPECT_TRUE(ReadableOfGzip(bytes) == plain.files.at(name.substr(0, name.size() - 3))) << name;
  }
}

/// Counts lines by what they are, without the simulator's help.
FileLedger Count(const std::string& name, const std::string& text) {
  FileLedger found;
  found.name = name;
  std::map<std::string, int> seen;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    const auto size = static_cast<int64_t>(std::min(end + 1, text.size()) - at);
    const json value = json::parse(line, nullptr, false);
    const bool good =
        value.is_object() && value["ts"] > 1'500'000'000'000 && value["ts"] < 2'000'000'000'000;
    const LineFate fate = !good              ? LineFate::kQuarantined
                          : seen[line]++ > 0 ? LineFate::kDuplicate
                                             : LineFate::kGood;
    found.Add(fate, size);
    at = end + 1;
  }
  return found;
}

TEST(SimulationTest, LedgerSaysWhatIsInTheFiles) {
  const Made made = Make(SmallWorld(), AllFaults(), 2);
  ASSERT_EQ(made.ledger.size(), made.files.size());
  for (const FileLedger& expected : made.ledger) {
    const FileLedger found = Count(expected.name, made.files.at(expected.name));
    EXPECT_EQ(found.bytes, expected.bytes) << expected.name;
    EXPECT_EQ(found.lines, expected.lines) << expected.name;
    for (const int64_t lines : expected.lines) EXPECT_GT(lines, 0);
    EXPECT_FALSE(made.files.at(expected.name).ends_with('\n'));
  }
}

TEST(SimulationTest, LinesComeInTheOrderOfTimeAndItemsCountUp) {
  std::map<int64_t, int64_t> items;
  int64_t last = 0;
  for (const auto& [name, text] : Make(SmallWorld(), {}, 2).files) {
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      const json line = json::parse(text.substr(at, end - at));
      EXPECT_GE(line["ts"].get<int64_t>(), last);
      last = line["ts"];
      EXPECT_EQ(line["itemInSession"], items[line["sessionId"]]++);
      at = end + 1;
    }
  }
  EXPECT_GT(items.size(), 400U);
}

TEST(JsonPieceTest, WritesTextAsRealLogsDo) {
  EXPECT_EQ(Quoted("a/b \"Zoë\""), R"("a\/b \"Zo\u00eb\"")");
  EXPECT_EQ(json::parse(Quoted("𝄞 Å")), "𝄞 Å");
  EXPECT_EQ(EncodedTwice("Björk"), "BjÃ¶rk");
  EXPECT_EQ(DecimalText(246.30812), "246.30812");
  EXPECT_EQ(DecimalText(200), "200.0");
  EXPECT_EQ(DecimalText(-0.5), "-0.5");
}

}  // namespace
}  // namespace cadenza::simulate
