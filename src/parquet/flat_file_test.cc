#include "parquet/flat_file.h"

#include <gtest/gtest.h>

#include <cstring>

namespace cadenza::parquet {
namespace {

using namespace std::string_literals;

size_t FooterSize(std::string_view file) {
  uint32_t size = 0;
  std::memcpy(&size, file.data() + file.size() - 8, sizeof(size));
  return size;
}

TEST(FlatFile, FramesPagesAndFooter) {
  FlatFileWriter writer({{.name = "city", .type = Type::kText}});
  writer.AppendText(0, "Köln");
  std::vector<ColumnSummary> summaries;
  const std::string_view file = writer.Finish(&summaries);
  EXPECT_EQ(file.substr(0, 4), "PAR1");
  EXPECT_EQ(file.substr(file.size() - 4), "PAR1");
  // Header of 16 bytes, levels of 6, a text of 4 + 5.
  const std::string page = "\x15\0\x15\x1e\x15\x1e\x2c\x15\x02\x15\0\x15\x06\x15\x06\0\0"s +
                           "\x02\0\0\0\x02\x01"s + "\x05\0\0\0"s + "Köln";
  EXPECT_EQ(file.substr(4, page.size()), page);
  EXPECT_EQ(4 + page.size() + FooterSize(file) + 8, file.size());
  EXPECT_NE(file.find("Cadenza "), std::string_view::npos);
  ASSERT_EQ(summaries.size(), 1U);
  EXPECT_EQ(summaries[0].min, "Köln");
}

TEST(FlatFile, OfNoRowsHasOnlyAFooter) {
  FlatFileWriter writer({{.name = "a", .type = Type::kInt64}, {.name = "b", .type = Type::kDate}});
  std::vector<ColumnSummary> summaries;
  const std::string_view file = writer.Finish(&summaries);
  EXPECT_EQ(FooterSize(file) + 12, file.size());
  ASSERT_EQ(summaries.size(), 2U);
  EXPECT_EQ(summaries[0].null_count, 0);
  EXPECT_FALSE(summaries[1].min.has_value());
}

TEST(FlatFile, IsTheSameFromAReusedWriter) {
  const std::vector<Column> columns = {{.name = "at", .type = Type::kTimestampUtc},
                                       {.name = "gain", .type = Type::kDouble}};
  const auto append = [](FlatFileWriter* writer) {
    writer->AppendDouble(1, -4.5);
    writer->AppendInt(0, 1'541'121'934'796'000);
    writer->AppendInt(0, 7);
    writer->AppendNull(1);
    EXPECT_EQ(writer->rows(), 2);
  };
  std::vector<ColumnSummary> summaries;
  FlatFileWriter fresh(columns);
  append(&fresh);
  const std::string expected(fresh.Finish(&summaries));

  FlatFileWriter reused(columns);
  for (int row = 0; row < 100; ++row) {
    reused.AppendInt(0, -row);
    reused.AppendNull(1);
  }
  reused.Finish(&summaries);
  EXPECT_EQ(reused.rows(), 0);
  append(&reused);
  EXPECT_EQ(reused.Finish(&summaries), expected);
  EXPECT_EQ(summaries[0].max, "2018-11-02 01:25:34.796000+00");
  EXPECT_EQ(summaries[1].null_count, 1);
}

}  // namespace
}  // namespace cadenza::parquet
