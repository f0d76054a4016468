#include "ingest/line_places.h"

#include <gtest/gtest.h>

#include <fstream>

#include "storage/scratch_folder.h"

namespace cadenza::ingest {
namespace {

/// `packed` of "{}\n{}\n" by gzip.
constexpr unsigned char kPacked[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
                                     0x03, 0xab, 0xae, 0xe5, 0xaa, 0xae, 0xe5, 0x02, 0x00,
                                     0xaf, 0xf1, 0x38, 0x9c, 0x06, 0x00, 0x00, 0x00};

SourceFile Sized(int64_t bytes) {
  SourceFile file;
  file.name = "log.json";
  file.size_bytes = bytes;
  return file;
}

TEST(PlaceLines, OfPiecesFollowEachOther) {
  const auto places = PlaceLines(Sized(100), {{0, 60}, {50, 40}});
  ASSERT_TRUE(places.ok());
  EXPECT_EQ(places->bom_bytes, 0);
  EXPECT_EQ(places->begins, (BlockBytes{{0, 0}, {50, 60}}));
}

TEST(PlaceLines, AByteOrderMarkIsNotInTheFirstLine) {
  const auto ended = PlaceLines(Sized(63), {{0, 60}});
  ASSERT_TRUE(ended.ok());
  EXPECT_EQ(ended->bom_bytes, 3);
  EXPECT_EQ(ended->begins.at(0), 3);
  const auto unended = PlaceLines(Sized(62), {{0, 60}});
  ASSERT_TRUE(unended.ok());
  EXPECT_EQ(unended->bom_bytes, 3);
}

TEST(PlaceLines, TheLastLineMayHaveNoEnd) {
  const auto places = PlaceLines(Sized(59), {{0, 60}});
  ASSERT_TRUE(places.ok());
  EXPECT_EQ(places->bom_bytes, 0);
  EXPECT_EQ(places->size_bytes, 59);
}

TEST(PlaceLines, AFileThatTheClusterSawOtherwiseIsNamed) {
  for (const int64_t size : {50, 58, 61, 64, 1000}) {
    const auto places = PlaceLines(Sized(size), {{0, 60}});
    ASSERT_FALSE(places.ok()) << size;
    EXPECT_NE(places.error().message.find("log.json"), std::string::npos);
  }
  EXPECT_FALSE(PlaceLines(Sized(17), {}).ok());
}

TEST(PlaceLines, OfAPackedFileTheEndTellsTheSize) {
  const auto scratch = ScratchFolder::Make("cadenza-test-");
  ASSERT_TRUE(scratch.ok());
  SourceFile file;
  file.name = file.container = (*scratch)->File("log.json.gz");
  file.compression = Compression::kGzip;
  for (const int members : {1, 2}) {
    std::ofstream out(file.container, std::ios::binary | std::ios::app);
    out.write(reinterpret_cast<const char*>(kPacked), sizeof kPacked);
    out.close();
    const auto places = PlaceLines(file, {{0, 6 * members}});
    ASSERT_TRUE(places.ok()) << places.error().message;
    EXPECT_EQ(places->size_bytes, 6 * members);
    EXPECT_FALSE(PlaceLines(file, {{0, 6 * members + 2}}).ok());
  }
}

}  // namespace
}  // namespace cadenza::ingest
