#include "cli/settings.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace cadenza::cli {
namespace {

namespace fs = std::filesystem;
using Values = std::vector<std::string>;

/// A variable of the environment for the time of a test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

class SettingsTest : public testing::Test {
 protected:
  SettingsTest() {
    std::string pattern = (fs::temp_directory_path() / "cadenza-test-XXXXXX").string();
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  ~SettingsTest() override { fs::remove_all(folder_); }
  std::string Put(const std::string& name, const std::string& text) const {
    const fs::path path = folder_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  Status Toml(const std::string& text, const std::string& command = "etl") {
    return settings_.LoadToml(text, "a.toml", command);
  }
  Values Find(const std::string& name) const { return settings_.Find(name).value_or(Values{"?"}); }

  fs::path folder_;
  Settings settings_;
};

TEST_F(SettingsTest, WhatIsNoTomlIsToldInPlainWords) {
  const std::pair<const char*, const char*> faults[] = {
      {"lake = \"lake", "a.toml, line 1: the text has no closing quote"},
      {"lake = \"lake\ntop = 3", "a.toml, line 1: the text has no closing quote"},
      {"lake = 'lake\ntop = 3", "a.toml, line 1: the text has no closing quote"},
      {"a = 1\na.b = 2", "a.toml, line 2: it stands there twice"},
      {"\nlake = lake", "a.toml, line 2: this is no value: a text stands in quotes"},
      {"lake \"lake\"", "a.toml, line 1: a setting is written NAME = VALUE"},
      {"[etl", "a.toml, line 1: the name of a table ends with ]"},
      {"top = 1\ntop = 2", "a.toml, line 2: it stands there twice: top"},
      {"threads = 08", "a.toml, line 1: a number does not begin with 0"},
      {"logs = [\"a\"", "a.toml, line 1: the list has no closing ]"},
      {"lake = \"a\" \"b\"",
       "a.toml, line 1: a line has one setting, and nothing behind its value"},
      {"= 3", "a.toml, line 1: a line is NAME = VALUE, [TABLE] or a comment"},
      {"smtp_password = \"a\\q\"", "a.toml, line 1: unknown escape sequence '\\q'"},
  };
  for (const auto& [text, words] : faults) {
    const Status status = Toml(text);
    ASSERT_FALSE(status.ok()) << text;
    EXPECT_EQ(status.error().message, words);
  }
}

TEST_F(SettingsTest, TomlHoldsTextsNumbersFlagsAndLists) {
  const Status status = Toml(
      "out = 'lake'\nthreads = 4\nmax_bad = 0.25\njson = true\n"
      "logs = ['a/*.json', \"b \\\"c\\\"\"]\nsongs = []\n[partition]\nsongs = 'year'\ntime = ''\n");
  ASSERT_TRUE(status.ok()) << status.error().message;
  EXPECT_EQ(Find("out"), Values{"lake"});
  EXPECT_EQ(Find("threads"), Values{"4"});
  EXPECT_EQ(Find("max_bad"), Values{"0.25"});
  EXPECT_EQ(Find("json"), Values{"true"});
  EXPECT_EQ(Find("logs"), (Values{"a/*.json", "b \"c\""}));
  EXPECT_EQ(Find("songs"), Values{});
  EXPECT_EQ(Find("partition"), (Values{"songs=year", "time="}));
  EXPECT_FALSE(settings_.Find("nowhere"));
}

TEST_F(SettingsTest, ACommandsOwnTableWins) {
  const std::string text = "threads = 1\n[etl]\nthreads = 2\n[sql]\nthreads = 3\nrows = 9\n";
  ASSERT_TRUE(Toml(text, "etl").ok());
  EXPECT_EQ(Find("threads"), Values{"2"});
  EXPECT_FALSE(settings_.Find("rows")) << "of another command";
  Settings other;
  ASSERT_TRUE(other.LoadToml(text, "a.toml", "tables").ok());
  EXPECT_EQ(other.Find("threads"), Values{"1"});
}

TEST_F(SettingsTest, OtherTablesMayHoldAnything) {
  const Status status = Toml(
      "[etl]\nlogs = ['a']\n[etl.partition]\nsongs = 'year'\n"
      "[sql]\nx = [{y = 1}]\n[sql.more]\nz = 2018-11-01\n");
  ASSERT_TRUE(status.ok()) << status.error().message;
  EXPECT_EQ(Find("logs"), Values{"a"});
  EXPECT_EQ(Find("partition"), Values{"songs=year"});
  EXPECT_FALSE(settings_.Find("x"));
}

TEST_F(SettingsTest, DashesAreUnderscores) {
  ASSERT_TRUE(Toml("max-bad = 0.1\n[etl]\nno-wait = true\n").ok());
  EXPECT_EQ(Find("max_bad"), Values{"0.1"});
  EXPECT_EQ(Find("no_wait"), Values{"true"});
}

TEST_F(SettingsTest, UnknownNamesAreUsageErrors) {
  const SettingNames names{{"threads", "out", "partition"}, {"rows", "lake"}, {"etl", "sql"}};
  for (const char* text :
       {"threads = 1\nrows = 2\n[etl]\nout = 'a'\n[sql]\nany = 1\n",
        "[partition]\nsongs = 'year'\n", "[etl.partition]\nsongs = 'year'\n", ""}) {
    Settings settings;
    ASSERT_TRUE(settings.LoadToml(text, "a.toml", "etl").ok()) << text;
    const Status status = settings.CheckNames(names);
    EXPECT_TRUE(status.ok()) << status.error().message;
  }
  for (const char* text : {"bogus = 1\n", "[bogus]\na = 1\n", "[etl]\nbogus = 1\n",
                           "[etl.bogus]\na = 1\n", "[etl]\nthreads = 1\nbogus = []\n"}) {
    Settings settings;
    ASSERT_TRUE(settings.LoadToml(text, "a.toml", "etl").ok()) << text;
    const Status status = settings.CheckNames(names);
    ASSERT_FALSE(status.ok()) << text;
    EXPECT_EQ(status.error().kind, ErrorKind::kUsage);
    EXPECT_TRUE(status.error().message.starts_with("a.toml: ")) << status.error().message;
    EXPECT_TRUE(status.error().message.ends_with("bogus")) << status.error().message;
  }
  for (const char* text : {"[etl]\nrows = 1\n", "sql = 1\n", "[etl.sql]\nrows = 1\n"}) {
    Settings settings;
    ASSERT_TRUE(settings.LoadToml(text, "a.toml", "etl").ok()) << text;
    EXPECT_FALSE(settings.CheckNames(names).ok()) << text;
  }
}

TEST_F(SettingsTest, ALaterFileWins) {
  ASSERT_TRUE(settings_.LoadFile(Put("a.toml", "out = 'a'\nthreads = 1\n"), "etl").ok());
  ASSERT_TRUE(settings_.LoadFile(Put("b.toml", "out = 'b'\n"), "etl").ok());
  EXPECT_EQ(Find("out"), Values{"b"});
  EXPECT_EQ(Find("threads"), Values{"1"});
}

TEST_F(SettingsTest, TheEnvironmentBeatsFiles) {
  ASSERT_TRUE(Toml("max_bad = 0.1\nlogs = ['a', 'b']\n").ok());
  const Variable max_bad("CADENZA_MAX_BAD", "0.5");
  const Variable logs("CADENZA_LOGS", "");
  EXPECT_EQ(Find("max_bad"), Values{"0.5"});
  EXPECT_EQ(Find("logs"), (Values{"a", "b"})) << "an empty one counts as none";
}

TEST_F(SettingsTest, WhatIsNoSettingIsAUsageError) {
  for (const char* text : {"out = 2018-11-01", "logs = [['a']]", "logs = [{a = 1}]",
                           "[partition]\nsongs = ['year', 'artist_id']", "out = "}) {
    Settings settings;
    const Status status = settings.LoadToml(text, "a.toml", "etl");
    ASSERT_FALSE(status.ok()) << text;
    EXPECT_EQ(status.error().kind, ErrorKind::kUsage) << text;
    EXPECT_NE(status.error().message.find("a.toml"), std::string::npos) << status.error().message;
  }
}

TEST_F(SettingsTest, DamagedTomlNamesFileAndLine) {
  const Status status = Toml("a = 1\nb = [1,\nc = 2\n");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUsage);
  EXPECT_TRUE(status.error().message.starts_with("a.toml, line ")) << status.error().message;
  EXPECT_FALSE(Toml(std::string("a = \"\0\xFF\"", 8)).ok());
}

TEST_F(SettingsTest, AFileThatIsNotThereIsAUsageError) {
  for (const std::string& path : {(folder_ / "none.toml").string(), folder_.string()}) {
    const Status status = settings_.LoadFile(path, "etl");
    ASSERT_FALSE(status.ok()) << path;
    EXPECT_EQ(status.error().kind, ErrorKind::kUsage);
    EXPECT_TRUE(status.error().message.ends_with(path)) << status.error().message;
  }
}

constexpr const char* kS3 =
    "[AWS]\nAWS_ACCESS_KEY_ID='AKIAEXAMPLE'\nAWS_SECRET_ACCESS_KEY = \"s3cr/et+k=y\"\n"
    "S3_BUCKET=plays\n\n[PROJECT]\nMODE = S3\n";

TEST(DlCfg, OfS3) {
  const auto cfg = ParseDlCfg(kS3, "dl.cfg");
  ASSERT_TRUE(cfg.ok()) << cfg.error().message;
  EXPECT_FALSE(cfg->local);
  EXPECT_EQ(cfg->bucket, "plays");
  EXPECT_EQ(cfg->access_key_id, "AKIAEXAMPLE");
  EXPECT_EQ(cfg->secret_access_key, "s3cr/et+k=y");
}

TEST(DlCfg, IsForgivingAboutForm) {
  for (const char* text :
       {"[PROJECT]\nMODE=LOCAL", "[project]\nmode: local\n", "[PROJECT]\r\nMODE = 'LOCAL'\r\n",
        "; remark\n# remark\n\n[AWS]\n\n[PROJECT]\n  MODE  =  \"Local\"  \n",
        "\xEF\xBB\xBF[PROJECT]\nMODE=LOCAL\nOTHER=1\n[MORE]\nA=B\n"}) {
    const auto cfg = ParseDlCfg(text, "dl.cfg");
    ASSERT_TRUE(cfg.ok()) << text << ": " << cfg.error().message;
    EXPECT_TRUE(cfg->local) << text;
  }
}

TEST(DlCfg, SaysWhatIsWrong) {
  struct Case {
    const char* text;
    const char* part;
  };
  for (const Case& bad :
       std::vector<Case>{{"", "MODE (LOCAL or S3) is missing"},
                         {"[AWS]\nMODE = LOCAL\n", "MODE (LOCAL or S3) is missing"},
                         {"[PROJECT]\nMODE = HDFS\n", "neither LOCAL nor S3"},
                         {"[PROJECT]\nMODE =\n", "neither LOCAL nor S3"},
                         {"[PROJECT]\nMODE = S3\n", "S3_BUCKET"},
                         {"[AWS]\nS3_BUCKET=''\n[PROJECT]\nMODE = S3\n", "S3_BUCKET"},
                         {"[PROJECT]\nMODE = LOCAL\nno value here\n", "line 3"},
                         {"[PROJECT\nMODE = LOCAL\n", "line 1"}}) {
    const auto cfg = ParseDlCfg(bad.text, "some/dl.cfg");
    ASSERT_FALSE(cfg.ok()) << bad.text;
    EXPECT_EQ(cfg.error().kind, ErrorKind::kUsage);
    EXPECT_TRUE(cfg.error().message.starts_with("some/dl.cfg: ")) << cfg.error().message;
    EXPECT_NE(cfg.error().message.find(bad.part), std::string::npos) << cfg.error().message;
  }
}

TEST_F(SettingsTest, DlCfgOfS3NamesTheBucketsFolders) {
  const Status status = settings_.LoadFile(Put("dl.cfg", kS3), "etl");
  ASSERT_TRUE(status.ok()) << status.error().message;
  EXPECT_EQ(Find("songs"), Values{"s3://plays/song_data"});
  EXPECT_EQ(Find("logs"), Values{"s3://plays/log_data"});
  EXPECT_FALSE(settings_.Find("out")) << "the output is always --out";
}

TEST_F(SettingsTest, DlCfgOfLocalFindsTheArchives) {
  const std::string cfg = Put("dl.cfg", "[PROJECT]\nMODE=LOCAL\n");
  const Status missing = settings_.LoadFile(cfg, "etl");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind, ErrorKind::kNotFound);
  EXPECT_NE(missing.error().message.find("song-data.zip"), std::string::npos);
  Put("song-data.zip", "x");
  Put("data/log-data.zip", "x");
  ASSERT_TRUE(settings_.LoadFile(cfg, "etl").ok());
  EXPECT_EQ(Find("songs"), Values{(folder_ / "song-data.zip").string()});
  EXPECT_EQ(Find("logs"), Values{(folder_ / "data/log-data.zip").string()});
  Put("data/song-data.zip", "x");
  ASSERT_TRUE(settings_.LoadFile(cfg, "etl").ok());
  EXPECT_EQ(Find("songs"), Values{(folder_ / "data/song-data.zip").string()})
      << "data/ comes first";
}

TEST_F(SettingsTest, CredentialsAreInNoSetting) {
  ASSERT_TRUE(settings_.LoadFile(Put("dl.cfg", kS3), "etl").ok());
  for (const auto& [name, values] : settings_.values()) {
    for (const std::string& value : values) {
      EXPECT_EQ(value.find("AKIAEXAMPLE"), std::string::npos) << name;
      EXPECT_EQ(value.find("s3cr"), std::string::npos) << name;
    }
  }
}

TEST_F(SettingsTest, CredentialsAreInNoMessage) {
  const std::string aws =
      "[AWS]\nAWS_ACCESS_KEY_ID=AKIAEXAMPLE\nAWS_SECRET_ACCESS_KEY=s3cr/et+k=y\n";
  for (const std::string& text :
       {aws, aws + "[PROJECT]\nMODE=HDFS\n", aws + "[PROJECT]\nMODE=S3\n",
        aws + "[PROJECT]\nMODE=LOCAL\n", aws + "AKIAEXAMPLE s3cr/et+k\n[PROJECT]\nMODE=S3\n",
        aws + "[AKIAEXAMPLE\n", aws + "[PROJECT]\nMODE=s3cr/et+k=y\n"}) {
    const Status status = settings_.LoadFile(Put("dl.cfg", text), "etl");
    ASSERT_FALSE(status.ok()) << text;
    EXPECT_EQ(status.error().message.find("AKIAEXAMPLE"), std::string::npos) << text;
    EXPECT_EQ(status.error().message.find("s3cr"), std::string::npos) << text;
  }
}

TEST_F(SettingsTest, DamagedTomlKeepsItsCredentials) {
  for (const char* text :
       {"aws_secret_access_key = s3cr/et+k=y\n", "a = 's3cr/et+k=y\n", "a = \"s3cr\\/et+k=y\"\n",
        "a = 's3cr/et+k=y' 's3cr/et+k=y'\n", "a = 1\na = 's3cr/et+k=y'\n", "s3cr/et+k=y\n"}) {
    const Status status = Toml(text);
    ASSERT_FALSE(status.ok()) << text;
    EXPECT_EQ(status.error().message.find("s3cr"), std::string::npos) << status.error().message;
    EXPECT_EQ(status.error().message.find("et+k"), std::string::npos) << status.error().message;
  }
}

}  // namespace
}  // namespace cadenza::cli
