#include "sources/table_files.h"

#include "engine/test_engine.h"

namespace cadenza::sources {
namespace {

using Names = std::vector<std::string>;

TEST(SourceFilesTest, FindsTablesByTheirNames) {
  const engine::TestFolder folder;
  for (const char* name :
       {"Customers.CSV", "sessions/day=1/a.parquet", "sessions/_SUCCESS", "sessions/.a.parquet.crc",
        "subscriptions_2025-07.json.gz", "subscriptions-old.jsonl", "sessionsummary.csv",
        "notes.txt", "tracks.parquet/part-0.parquet", "dates.parquet"}) {
    folder.Put(name, "x");
  }
  folder.Put("artists.csv", "");
  const auto tables = FindTables(folder.path(), {});
  ASSERT_TRUE(tables.ok()) << engine::MessageOf(tables);
  Names names;
  for (const auto& [name, files] : *tables) names.push_back(name);
  EXPECT_EQ(names, (Names{"customers", "sessions", "subscriptions", "tracks"}));
  EXPECT_EQ(tables->at("customers").format, FileFormat::kCsv);
  EXPECT_EQ(tables->at("sessions").files, Names{folder.File("sessions/day=1/a.parquet")});
  EXPECT_EQ(tables->at("subscriptions").files.size(), 2U);
  EXPECT_EQ(tables->at("subscriptions").format, FileFormat::kJson);
}

TEST(SourceFilesTest, WhatIsNamedWinsOverTheFolder) {
  const engine::TestFolder folder;
  folder.Put("sessions.csv", "x");
  folder.Put("more/s1.parquet", "x");
  folder.Put("more/s2.parquet", "x");
  const auto tables = FindTables(folder.path(), {{"sessions", {folder.File("more/s*.parquet")}}});
  ASSERT_TRUE(tables.ok()) << engine::MessageOf(tables);
  EXPECT_EQ(tables->at("sessions").files.size(), 2U);
  EXPECT_EQ(tables->at("sessions").format, FileFormat::kParquet);
}

TEST(SourceFilesTest, SizesAreOfFilesAndOfADeltaTableWhenAsked) {
  const engine::TestFolder folder;
  folder.Put("customers.csv", "12345");
  folder.Put("sessions/_delta_log/00000000000000000000.json", "{}");
  folder.Put("sessions/day=1/a.parquet", "123");
  folder.Put("sessions/b.parquet", "1234");
  const auto tables = FindTables(folder.path(), {});
  ASSERT_TRUE(tables.ok()) << engine::MessageOf(tables);
  EXPECT_EQ(tables->at("customers").sizes, std::vector<int64_t>{5});
  EXPECT_EQ(tables->at("sessions").format, FileFormat::kDelta);
  EXPECT_EQ(tables->at("sessions").sizes, std::vector<int64_t>{0});
  EXPECT_EQ(ParquetBytesBelow(tables->at("sessions").files.front()), 7);
}

TEST(SourceFilesTest, SaysWhatIsWrong) {
  const engine::TestFolder folder;
  folder.Put("sessions-1.csv", "x");
  folder.Put("sessions-2.json", "x");
  const auto mixed = FindTables(folder.path(), {});
  ASSERT_FALSE(mixed.ok());
  EXPECT_EQ(mixed.error().kind, ErrorKind::kInput);
  const auto absent = FindTables("", {{"sessions", {folder.File("none.csv")}}});
  ASSERT_FALSE(absent.ok());
  EXPECT_EQ(absent.error().kind, ErrorKind::kNotFound);
  EXPECT_NE(absent.error().message.find("none.csv"), std::string::npos);
  EXPECT_FALSE(FindTables("", {{"sessions", {folder.File("x*.csv")}}}).ok());
  EXPECT_FALSE(FindTables(folder.File("nowhere"), {}).ok());
}

}  // namespace
}  // namespace cadenza::sources
