#include "lake/manifest.h"

#include <gtest/gtest.h>

namespace cadenza::lake {
namespace {

Manifest Example(TableFormat format) {
  Manifest manifest;
  manifest.run = 12;
  manifest.format = format;
  manifest.written_ms = 1'541'106'106'796;
  ManifestTable& users = manifest.tables["users"];
  users.rows = 97;
  users.version = format == TableFormat::kDelta ? 3 : -1;
  ManifestTable& songs = manifest.tables["songs"];
  songs.rows = 2;
  songs.version = users.version;
  songs.partition_columns = {"year", "artist_id"};
  if (format == TableFormat::kDelta) return manifest;
  delta::AddFile file;
  file.path = "run-000001/year=2009/artist_id=a%20\"b\"/p.parquet";
  file.partition_values = {{"year", "2009"}, {"artist_id", std::nullopt}};
  file.size_bytes = 1234;
  file.stats = R"({"numRecords":2,"minValues":{"title":"Bj\u00f6rk"}})";
  songs.files = {file, file};
  songs.files[1].path = "other";
  return manifest;
}

void ExpectEqual(const Manifest& a, const Manifest& b) {
  EXPECT_EQ(a.run, b.run);
  EXPECT_EQ(a.format, b.format);
  EXPECT_EQ(a.written_ms, b.written_ms);
  ASSERT_EQ(a.tables.size(), b.tables.size());
  for (const auto& [name, table] : a.tables) {
    ASSERT_TRUE(b.tables.contains(name)) << name;
    const ManifestTable& other = b.tables.at(name);
    EXPECT_EQ(table.version, other.version) << name;
    EXPECT_EQ(table.rows, other.rows) << name;
    EXPECT_EQ(table.partition_columns, other.partition_columns) << name;
    EXPECT_EQ(table.files, other.files) << name;
  }
}

TEST(Manifest, ComesBackFromItsText) {
  for (TableFormat format : {TableFormat::kDelta, TableFormat::kParquet}) {
    const Manifest manifest = Example(format);
    const auto back = ManifestFromJson(ManifestToJson(manifest));
    ASSERT_TRUE(back.ok()) << back.error().message;
    ExpectEqual(manifest, *back);
  }
  EXPECT_EQ(FormatName(TableFormat::kDelta), "delta");
  EXPECT_EQ(FormatName(TableFormat::kParquet), "parquet");
}

TEST(Manifest, OfANewerReleaseIsRefusedByName) {
  const auto newer = ManifestFromJson(
      R"({"run":1,"format_version":2,"format":"delta","written_ms":1,"tables":{"users":7}})");
  ASSERT_FALSE(newer.ok());
  EXPECT_NE(newer.error().message.find("format_version 2: a newer release"), std::string::npos)
      << newer.error().message;
  const auto older = ManifestFromJson(R"({"run":1,"format":"delta","written_ms":1,"tables":{}})");
  ASSERT_TRUE(older.ok()) << older.error().message;
  EXPECT_EQ(older->format_version, 0);
}

TEST(Manifest, ALakeWithoutRunsHasAnEmptyOne) {
  const auto store = OpenMemoryStore();
  const auto manifest = ReadManifest(*store);
  ASSERT_TRUE(manifest.ok()) << manifest.error().message;
  EXPECT_EQ(manifest->run, 0);
  EXPECT_TRUE(manifest->tables.empty());
}

TEST(Manifest, TheNewestRunCounts) {
  const auto store = OpenMemoryStore();
  Manifest manifest = Example(TableFormat::kDelta);
  for (int64_t run : {9, 10, 100}) {
    manifest.run = run;
    manifest.tables["users"].rows = run;
    ASSERT_TRUE(WriteManifest(*store, manifest).ok());
  }
  const auto newest = ReadManifest(*store);
  ASSERT_TRUE(newest.ok());
  EXPECT_EQ(newest->run, 100);
  EXPECT_EQ(newest->tables.at("users").rows, 100);
}

TEST(Manifest, ARunIsWrittenOnce) {
  const auto store = OpenMemoryStore();
  Manifest manifest = Example(TableFormat::kDelta);
  ASSERT_TRUE(WriteManifest(*store, manifest).ok());
  manifest.tables["users"].rows = 1;
  const Status second = WriteManifest(*store, manifest);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind, ErrorKind::kConflict);
  EXPECT_EQ(ReadManifest(*store)->tables.at("users").rows, 97);
}

TEST(Manifest, DamagedTextIsAnInputError) {
  const std::string whole = ManifestToJson(Example(TableFormat::kParquet));
  for (size_t length = 0; length < whole.size(); ++length) {
    const auto manifest = ManifestFromJson(whole.substr(0, length));
    ASSERT_FALSE(manifest.ok()) << length;
    EXPECT_EQ(manifest.error().kind, ErrorKind::kInput);
  }
  for (
      const char* text :
      {"[]", "null", "7", "{}", R"({"run":1})", R"({"run":1,"format":"delta","written_ms":1})",
       R"({"run":"1","format":"delta","written_ms":1,"tables":{}})",
       R"({"run":1,"format":"delta","written_ms":1,"tables":[1]})",
       R"({"run":1,"format":"delta","written_ms":1,"tables":{"users":{"version":0}}})",
       R"({"run":1,"format":"delta","written_ms":1,"tables":{"users":{"version":0,"rows":1,"partition":"year"}}})",
       R"({"run":1,"format":"parquet","written_ms":1,"tables":{"users":{"version":0,"rows":1,"partition":[],"files":[{"path":1}]}}})"}) {
    EXPECT_FALSE(ManifestFromJson(text).ok()) << text;
  }
}

TEST(Manifest, ADamagedFileIsNamed) {
  const auto store = OpenMemoryStore();
  const std::string name = "_cadenza/runs/00000000000000000007.json";
  ASSERT_TRUE(store->Put(name, "{").ok());
  const auto manifest = ReadManifest(*store);
  ASSERT_FALSE(manifest.ok());
  EXPECT_EQ(manifest.error().kind, ErrorKind::kInput);
  EXPECT_NE(manifest.error().message.find(name), std::string::npos) << manifest.error().message;
}

}  // namespace
}  // namespace cadenza::lake
