#include <gtest/gtest.h>
#include <unistd.h>
#include <zip.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "storage/expansion_limit.h"
#include "storage/source_file.h"

namespace cadenza {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLine = "{\"ts\":1541106106796}\n";

/// An empty folder that is the current one while a test runs, so that names are short.
class SourceListingTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "cadenza-sources-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    before_ = fs::current_path();
    fs::current_path(folder_);
  }
  void TearDown() override {
    fs::current_path(before_);
    fs::remove_all(folder_);
  }

 private:
  fs::path folder_, before_;
};

void Write(const fs::path& path, const std::string& bytes = kLine) {
  if (path.has_parent_path()) fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string Gzip(const std::string& text) {
  std::string packed(compressBound(text.size()) + 64, '\0');
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

void WriteZip(const std::string& path, const std::vector<std::string>& names,
              const std::string& encrypted = "") {
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  ASSERT_NE(archive, nullptr);
  for (const auto& name : names) {
    zip_source_t* source = zip_source_buffer(archive, kLine, std::string(kLine).size(), 0);
    const auto index = zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    ASSERT_GE(index, 0);
    if (name == encrypted) {
      zip_file_set_encryption(archive, static_cast<zip_uint64_t>(index), ZIP_EM_AES_256, "key");
    }
  }
  ASSERT_EQ(zip_close(archive), 0);
}

std::string Names(const std::string& pattern) {
  const auto listing = ListSources(pattern);
  if (!listing.ok()) return "error: " + std::to_string(static_cast<int>(listing.error().kind));
  std::string names;
  for (const auto& file : listing.value().files) names += file.name + ' ';
  return names;
}

std::string Skipped(const std::string& pattern) {
  const auto listing = ListSources(pattern);
  std::string names;
  if (!listing.ok()) return listing.error().message;
  for (const auto& file : listing.value().skipped) names += file.name + " (" + file.reason + ") ";
  return names;
}

struct Content {
  std::string text;
  std::string error;
};

Content ReadAll(const SourceFile& file, size_t keep_max = size_t{1} << 20) {
  Content content;
  auto stream = OpenStream(file);
  if (!stream.ok()) return {"", stream.error().message};
  std::vector<char> buffer(100'000);
  while (true) {
    const auto got = (*stream)->Read(buffer.data(), buffer.size());
    if (!got.ok()) content.error = got.error().message;
    if (!got.ok() || *got == 0) return content;
    if (content.text.size() < keep_max) content.text.append(buffer.data(), *got);
  }
}

Content ReadGzip(const std::string& bytes) {
  Write("x.json.gz", bytes);
  const auto listing = ListSources("x.json.gz");
  if (!listing.ok()) return {"", listing.error().message};
  return ReadAll(listing.value().files.at(0));
}

TEST_F(SourceListingTest, FoldersAndGlobs) {
  for (const char* path : {"log_data/2018/11/b.json", "log_data/2018/11/a.json", "log_data/c.log",
                           "log_data/2018/d.JSONL", "log_data/[x].txt"}) {
    Write(path);
  }
  const std::string all =
      "log_data/2018/11/a.json log_data/2018/11/b.json log_data/2018/d.JSONL log_data/[x].txt "
      "log_data/c.log ";
  EXPECT_EQ(Names("log_data"), all);
  EXPECT_EQ(Names("log_data/"), all);
  EXPECT_EQ(Names("log_data/**"), all);
  EXPECT_EQ(Names("log_*/*"), all);
  EXPECT_EQ(Names("log_data/*/*/*.json"), "log_data/2018/11/a.json log_data/2018/11/b.json ");
  EXPECT_EQ(Names("log_data/**/*.json"), "log_data/2018/11/a.json log_data/2018/11/b.json ");
  EXPECT_EQ(Names("**/1[0-2]/?.json"), "log_data/2018/11/a.json log_data/2018/11/b.json ");
  EXPECT_EQ(Names("log_data/[x].txt"), "log_data/[x].txt ");
  EXPECT_EQ(Names("log_data/2018/11/a.json"), "log_data/2018/11/a.json ");
  const std::string not_found = "error: " + std::to_string(static_cast<int>(ErrorKind::kNotFound));
  EXPECT_EQ(Names("nothing"), not_found);
  EXPECT_EQ(Names("*/nothing*"), not_found);
  fs::create_directory("hollow");
  EXPECT_EQ(Names("hollow"), not_found);
}

TEST_F(SourceListingTest, SkipsWithReasons) {
  for (const char* path : {"d/.DS_Store", "d/._a.json", "d/.a.json.crc", "d/_SUCCESS", "d/a.json",
                           "d/__MACOSX/a.json", "d/.ipynb_checkpoints/a.json", "d/t.orc",
                           "d/.t.parquet", "d/_metadata.parquet", "d/_temporary/0/a.json"}) {
    Write(path);
  }
  Write("d/empty.json", "");
  EXPECT_EQ(Names("d"), "d/a.json ");
  EXPECT_EQ(Skipped("d"),
            "d/.DS_Store (junk) d/._a.json (junk) d/.a.json.crc (junk) d/.ipynb_checkpoints (junk) "
            "d/.t.parquet (junk) d/_SUCCESS (junk) d/__MACOSX (junk) d/_metadata.parquet (junk) "
            "d/_temporary (junk) d/empty.json (zero bytes) d/t.orc (not a log or song file) ");
  EXPECT_EQ(Names("d/t.orc"), "d/t.orc ");
}

TEST_F(SourceListingTest, ParquetFiles) {
  Write("d/level=paid/a.PARQUET");
  Write("d/b.pq");
  Write("d/c.json");
  Write("d/odd", "PAR1...");
  EXPECT_EQ(Names("d"), "d/b.pq d/c.json d/level=paid/a.PARQUET ");
  const auto listing = ListSources("d");
  ASSERT_TRUE(listing.ok());
  for (const auto& file : listing.value().files) {
    EXPECT_EQ(file.is_table(), file.name != "d/c.json") << file.name;
  }
  EXPECT_EQ(ListSources("d/odd")->files.at(0).compression, Compression::kParquet);
  EXPECT_FALSE(OpenStream(ListSources("d/b.pq")->files.at(0)).ok());  // nobody reads its rows
}

TEST_F(SourceListingTest, ADeltaTableIsOneSource) {
  Write("d/plays/_delta_log/00000000000000000000.json");
  Write("d/plays/day=1/a.parquet");
  Write("d/a.json");
  EXPECT_EQ(Names("d"), "d/a.json d/plays ");
  EXPECT_EQ(Names("d/plays/"), "d/plays ");
  EXPECT_EQ(Names("d/*"), "d/a.json d/plays ");
  EXPECT_EQ(ListSources("d/plays")->files.at(0).version, -1);
  EXPECT_EQ(Names("d/plays@v7"), "d/plays@v0000000007 ");
  EXPECT_EQ(ListSources("d/plays@v7")->files.at(0).version, 7);
  EXPECT_EQ(Names("d/**/*.json"), "d/a.json ");
  EXPECT_NE(Skipped("d/**/*.json").find("a part of a Delta table"), std::string::npos);
  for (const char* part : {"d/plays/_delta_log", "d/plays/day=1", "d/plays/day=1/a.parquet",
                           "d/plays/_delta_log/00000000000000000000.json"}) {
    const auto listing = ListSources(part);
    ASSERT_FALSE(listing.ok()) << part;
    EXPECT_EQ(listing.error().kind, ErrorKind::kUsage);
    EXPECT_TRUE(listing.error().message.ends_with(": d/plays")) << listing.error().message;
  }
  fs::current_path("d/plays");
  EXPECT_FALSE(ListSources("day=1/a.parquet").ok());
  fs::current_path("../..");
}

TEST_F(SourceListingTest, LinksInACircle) {
  Write("d/e/a.json");
  fs::create_directory_symlink("..", "d/e/up");
  fs::create_symlink("nowhere", "d/lost.json");
  EXPECT_EQ(Names("d"), "d/e/a.json ");
  EXPECT_EQ(Names("d/**/*.json"), "d/e/a.json ");
  EXPECT_NE(Skipped("d").find("d/e/up (a folder that was listed already)"), std::string::npos);
}

TEST_F(SourceListingTest, ZipMembers) {
  WriteZip(
      "a.zip",
      {"x/y/b.json", "../up.json", "__MACOSX/x.json", "in.zip", "c.json.gz", "d.md", "secret.json"},
      "secret.json");
  EXPECT_EQ(Names("a.zip"), "a.zip!../up.json a.zip!x/y/b.json ");
  EXPECT_EQ(Skipped("."),
            "./a.zip!__MACOSX/x.json (junk) ./a.zip!c.json.gz (an archive inside an archive) "
            "./a.zip!d.md (not a log or song file) ./a.zip!in.zip (an archive inside an archive) "
            "./a.zip!secret.json (encrypted) ");
  const auto listing = ListSources("a.zip");
  ASSERT_TRUE(listing.ok());
  for (SourceFile file : listing.value().files) {
    EXPECT_EQ(ReadAll(file).text, kLine);
    file.archive = nullptr;
    EXPECT_EQ(ReadAll(file).text, kLine);
  }
}

TEST_F(SourceListingTest, DamagedZips) {
  WriteZip("a.zip", {"b.json"});
  std::ifstream in("a.zip", std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  Write("cut.zip", bytes.substr(0, bytes.size() - 10));
  const auto cut = ListSources("cut.zip");
  ASSERT_FALSE(cut.ok());
  EXPECT_EQ(cut.error().kind, ErrorKind::kInput);
  EXPECT_NE(cut.error().message.find("cut.zip"), std::string::npos);
  bytes[40] = static_cast<char>(bytes[40] ^ 0x55);  // in the member's data
  Write("bad.zip", bytes);
  const auto bad = ListSources("bad.zip");
  ASSERT_TRUE(bad.ok());
  EXPECT_NE(ReadAll(bad.value().files.at(0)).error, "");
}

TEST_F(SourceListingTest, GzipStreams) {
  const std::string member = Gzip(kLine);
  EXPECT_EQ(ReadGzip(member).text, kLine);
  EXPECT_EQ(ReadGzip(member + member).text, std::string(kLine) + kLine);
  EXPECT_EQ(ReadGzip(member + std::string(70'000, '\0')).error, "");
  const Content cut = ReadGzip(member.substr(0, member.size() - 4));
  EXPECT_EQ(cut.text, kLine);
  EXPECT_NE(cut.error.find("cut off"), std::string::npos);
  const Content followed = ReadGzip(member + "more");
  EXPECT_EQ(followed.text, kLine);
  EXPECT_NE(followed.error, "");
  EXPECT_NE(ReadGzip("no gzip").error, "");
}

TEST_F(SourceListingTest, BombIsRefused) {
  const std::string member = Gzip(std::string(static_cast<size_t>(96) << 20, ' '));
  EXPECT_NE(ReadGzip(member).error.find("bomb"), std::string::npos);
  EXPECT_EQ(ReadGzip(Gzip(std::string(static_cast<size_t>(8) << 20, ' '))).error, "");
}

TEST_F(SourceListingTest, RangeOfAFileThatShrinks) {
  Write("a.json", "0123456789");
  const auto listing = ListSources("a.json");
  ASSERT_TRUE(listing.ok());
  auto range = OpenRange(listing.value().files.at(0));
  ASSERT_TRUE(range.ok());
  fs::resize_file("a.json", 4);
  char buffer[10];
  const auto got = (*range)->ReadAt(2, buffer, sizeof buffer);
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got.value(), 2U);
}

}  // namespace
}  // namespace cadenza
