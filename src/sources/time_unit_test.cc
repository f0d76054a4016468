#include "sources/time_unit.h"

#include "engine/test_engine.h"

namespace cadenza::sources {
namespace {

using decode::TimeUnit;
using engine::MessageOf;

class TimeUnitTest : public testing::Test {
 protected:
  /// A log of events at these times, listed under its place in the alphabet.
  void Log(const std::string& name, const std::vector<std::string>& times) {
    std::string text;
    for (const std::string& ts : times) text += R"({"page":"Home","ts":)" + ts + "}\n";
    folder_.Put("logs/" + name, text);
  }
  std::vector<std::string> Units(const std::string& setting) {
    const auto listing = ListSources(folder_.File("logs"));
    EXPECT_TRUE(listing.ok()) << MessageOf(listing);
    const auto units = UnitsOf(listing->files, setting, engine_.get());
    EXPECT_TRUE(units.ok()) << MessageOf(units);
    std::vector<std::string> names;
    if (!units.ok()) return names;
    for (const TimeUnit unit : *units) names.emplace_back(UnitName(unit));
    return names;
  }
  /// What auto takes for one file.
  std::string Guess(const std::vector<std::string>& times) {
    Log("one.json", times);
    const auto names = Units("auto");
    return names.size() == 1 ? names[0] : "";
  }

  engine::TestFolder folder_;
  std::unique_ptr<engine::Engine> engine_ = engine::OpenTestEngine();
};

TEST_F(TimeUnitTest, TheSettingIsForAllFiles) {
  Log("a.json", {"1541106106"});
  Log("b.json", {"1541106106796"});
  for (const char* unit : {"s", "ms", "us", "ns"}) {
    EXPECT_EQ(Units(unit), (std::vector<std::string>{unit, unit}));
  }
}

TEST_F(TimeUnitTest, AnUnknownUnitIsAUsageError) {
  for (const char* unit : {"", "sec", "MS", "minutes"}) {
    const auto units = UnitsOf({}, unit, engine_.get());
    ASSERT_FALSE(units.ok()) << unit;
    EXPECT_EQ(units.error().kind, ErrorKind::kUsage);
    EXPECT_TRUE(units.error().message.ends_with(unit)) << units.error().message;
  }
}

TEST_F(TimeUnitTest, AutoDecidesFileByFile) {
  Log("a.json", {"1541106106"});
  Log("b.json", {"1541106106796"});
  Log("c.json", {"1541106106796123"});
  Log("d.json", {"1541106106796123456"});
  EXPECT_EQ(Units("auto"), (std::vector<std::string>{"s", "ms", "us", "ns"}));
}

TEST_F(TimeUnitTest, AutoTakesTheUnitOfMostValues) {
  EXPECT_EQ(Guess({"1541106106", "1541106106796", "1541106107"}), "s");
  EXPECT_EQ(Guess({"1541106106", "1541106106796", "1541106106797"}), "ms");
}

TEST_F(TimeUnitTest, AutoKnowsItsLimits) {
  EXPECT_EQ(Guess({"631152000"}), "s") << "1990";
  EXPECT_EQ(Guess({"4102444799"}), "s") << "the last second of 2099";
  EXPECT_EQ(Guess({"631152000000"}), "ms");
  EXPECT_EQ(Guess({"4102444799999"}), "ms");
}

TEST_F(TimeUnitTest, WithoutASensibleValueAutoTakesMilliseconds) {
  EXPECT_EQ(Guess({"null", "-5", "0", "7", "\"text\""}), "ms");
}

TEST_F(TimeUnitTest, AFileOfBlankLinesHasMilliseconds) {
  folder_.Put("logs/one.json", "\n\n");
  EXPECT_EQ(Units("auto"), (std::vector<std::string>{"ms"}));
}

TEST_F(TimeUnitTest, BadLinesHaveNoSay) {
  folder_.Put("logs/one.json", "not json\n[1541106106796]\n{\"ts\":1541106106}\n\n");
  EXPECT_EQ(Units("auto"), (std::vector<std::string>{"s"}));
}

TEST_F(TimeUnitTest, NoFilesNeedNoUnits) {
  const auto units = UnitsOf({}, "auto", engine_.get());
  ASSERT_TRUE(units.ok()) << MessageOf(units);
  EXPECT_TRUE(units->empty());
}

}  // namespace
}  // namespace cadenza::sources
