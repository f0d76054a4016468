#include "cli/usage_text.h"

#include <gtest/gtest.h>

namespace cadenza::cli {
namespace {

/// A command with a flag of each kind.
struct Sample {
  CLI::App app{"", "sample"};
  int threads = 0;
  double share = 0;
  bool is_json = false;
  std::string format, memory, lake;

  Sample() {
    app.add_option("--threads", threads);
    app.add_option("--share", share)->check(CLI::Range(0.0, 1.0));
    app.add_option("--format", format)->check(CLI::IsMember({"table", "csv", "parquet"}));
    app.add_option("--memory", memory);
    app.add_option("--lake", lake);
    app.add_flag("--json", is_json);
  }

  std::string Said(std::vector<std::string> words) {
    std::reverse(words.begin(), words.end());
    try {
      app.parse(words);
    } catch (const CLI::ParseError& error) {
      return UsageText(error, app);
    }
    return "";
  }
};

TEST(UsageText, FlagsThatThereAreNot) {
  EXPECT_EQ(Sample().Said({"--formt", "csv"}), "no such flag: --formt; did you mean --format?");
  EXPECT_EQ(Sample().Said({"x", "--thraeds=2"}), "no such flag: --thraeds; did you mean --threads?")
      << "without its value";
}

TEST(UsageText, WordsTooMany) {
  EXPECT_EQ(Sample().Said({"--json", "x", "y"}), "not expected here: x y");
}

TEST(UsageText, ValuesThatCannotBe) {
  EXPECT_EQ(Sample().Said({"--format", "parqet"}),
            "--format takes table, csv or parquet, not parqet; did you mean parquet?");
  EXPECT_EQ(Sample().Said({"--share", "7"}), "--share must be from 0 to 1, not 7");
  EXPECT_EQ(Sample().Said({"--threads", "0.5"}), "--threads takes a whole number, not 0.5");
  EXPECT_EQ(Sample().Said({"--json=maybe"}), "--json takes true or false, not maybe");
  EXPECT_EQ(Sample().Said({"--memory"}), "--memory needs a value");
  EXPECT_EQ(Sample().Said({"--memory", "1", "--memory", "2"}), "--memory takes one value, not 2");
}

TEST(UsageText, ValueIsToldFromWhereItCame) {
  Sample sample;
  EXPECT_EQ(sample.Said({"--memory", "much", "--lake", "here"}), "");
  const auto said = [&](const char* message, ErrorKind kind) {
    return WithOrigin({kind, message}, sample.app).message;
  };
  EXPECT_EQ(said("not a size: much", ErrorKind::kUsage), "--memory: not a size: much");
  EXPECT_EQ(said("--memory is no size: much", ErrorKind::kUsage), "--memory is no size: much");
  EXPECT_EQ(said("there is no lake: here", ErrorKind::kNotFound), "there is no lake: here");
  NoteOrigin(*sample.app.get_option("--lake"), "CADENZA_LAKE");
  EXPECT_EQ(said("there is no lake: here", ErrorKind::kNotFound),
            "CADENZA_LAKE: there is no lake: here");
}

}  // namespace
}  // namespace cadenza::cli
