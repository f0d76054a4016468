#include "report/chart_painter.h"

#include <gtest/gtest.h>

namespace cadenza::report {
namespace {

constexpr const char* kDays = R"({"title":"Sessions","unit":"sessions","columns":[
  {"name":"day","type":"DATE"},{"name":"sessions","type":"BIGINT"},{"name":"is_complete","type":"BOOLEAN"}],
  "rows":[["2025-07-01",120,true],["2025-07-02",140,true],["2025-07-03",40,false]]})";

TEST(ChartPainter, DrawsTheAnswerOfATile) {
  const auto svg = RenderSvg("columns", kDays);
  ASSERT_TRUE(svg.ok()) << svg.error().message;
  EXPECT_TRUE(svg->starts_with("<svg ")) << svg->substr(0, 200);
  EXPECT_NE(svg->find("1 Jul"), std::string::npos);
  EXPECT_NE(svg->find("<pattern"), std::string::npos)
      << "the day that is not complete is not hatched";
  EXPECT_EQ(svg->find("<script"), std::string::npos);
}

TEST(ChartPainter, TheSameAnswerGivesTheSameBytes) {
  auto painter = ChartPainter::Open();
  ASSERT_TRUE(painter.ok());
  const auto first = painter->Svg("lines", kDays);
  const auto second = RenderSvg("lines", kDays);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(*first, *second);
}

TEST(ChartPainter, ASentenceLeavesOutWhatIsNotComplete) {
  auto painter = ChartPainter::Open();
  ASSERT_TRUE(painter.ok());
  const auto sentence = painter->Sentence("columns", kDays);
  ASSERT_TRUE(sentence.ok()) << sentence.error().message;
  EXPECT_NE(sentence->find("lowest 120"), std::string::npos) << *sentence;
  EXPECT_NE(sentence->find("1 period is not fully covered"), std::string::npos) << *sentence;
}

TEST(ChartPainter, NamesAreTextWhateverTheyHold) {
  const char* answer =
      R"({"columns":[{"name":"name","type":"VARCHAR"},{"name":"plays","type":"BIGINT"}],
    "rows":[["<script>alert(1)</script>",5],["\"&'\u202eabc",4],["\ud83c\udfb5 song",3],["{a|b}",2],[null,1]]})";
  const auto svg = RenderSvg("bars", answer);
  ASSERT_TRUE(svg.ok()) << svg.error().message;
  EXPECT_EQ(svg->find("<script"), std::string::npos);
  EXPECT_NE(svg->find("&lt;script"), std::string::npos);
  EXPECT_NE(svg->find("\xF0\x9F\x8E\xB5 song"), std::string::npos) << "four bytes, one character";
}

TEST(ChartPainter, DrawsMaps) {
  const char* answer =
      R"({"columns":[{"name":"country","type":"VARCHAR"},{"name":"listeners","type":"BIGINT"}],
    "rows":[["Germany",5],["USA",4],["Atlantis",3]]})";
  const auto svg = RenderSvg("world", answer);
  ASSERT_TRUE(svg.ok()) << svg.error().message;
  EXPECT_GT(svg->size(), 20000U);
}

TEST(ChartPainter, EmptyAnswersDrawAndWrongOnesSayWhy) {
  auto painter = ChartPainter::Open();
  ASSERT_TRUE(painter.ok());
  const char* empty =
      R"({"columns":[{"name":"day","type":"DATE"},{"name":"n","type":"BIGINT"}],"rows":[]})";
  for (const char* chart : {"lines", "columns", "bars"}) {
    EXPECT_TRUE(painter->Svg(chart, empty).ok()) << chart;
  }
  EXPECT_EQ(painter->Svg("pie", empty).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(painter->Svg("lines", "{").error().kind, ErrorKind::kInput);
  EXPECT_EQ(painter->Svg("lines", "{}").error().kind, ErrorKind::kInput);
  // And a chart that failed disturbs no other.
  EXPECT_TRUE(painter->Svg("lines", empty).ok());
}

}  // namespace
}  // namespace cadenza::report
