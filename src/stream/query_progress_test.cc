#include "stream/query_progress.h"

#include <gtest/gtest.h>

namespace cadenza::stream {
namespace {

/// As Spark 4.2 sent it, less what is not read.
constexpr const char* kBatch = R"json({
  "id" : "eac7c87c", "timestamp" : "2026-11-22T00:42:14.704Z", "batchId" : 2, "batchDuration" : 10162,
  "durationMs" : {"addBatch" : 9731, "triggerExecution" : 10162},
  "eventTime" : {"max" : "2025-07-01T06:39:00.000Z", "watermark" : "2025-07-01T03:59:00.500Z"},
  "stateOperators" : [ {"numRowsTotal" : 33, "numRowsRemoved" : 0, "numRowsDroppedByWatermark" : 7} ],
  "sources" : [ {"startOffset" : "{\"logOffset\":0}", "endOffset" : {"logOffset" : 2}, "numInputRows" : 200},
                {"startOffset" : null, "endOffset" : {"logOffset" : 0}} ],
  "observedMetrics" : {"w" : OBSERVED}})json";

std::string Batch(const std::string& observed) {
  std::string text = kBatch;
  return text.replace(text.find("OBSERVED"), 8, observed);
}

TEST(QueryProgress, OfABatch) {
  for (const char* observed :
       {R"({"lines":200,"events":199,"newest_us":1751351940000000})",
        R"({"values":[200,199,1751351940000000],"schema":{"type":"struct","fields":[
            {"name":"lines","type":"long"},{"name":"events"},{"name":"newest_us"}]}})"}) {
    const auto progress = ParseProgress(Batch(observed), "w");
    ASSERT_TRUE(progress.ok()) << progress.error().message;
    EXPECT_EQ(progress->batch, 2);
    EXPECT_TRUE(progress->did_run);
    EXPECT_EQ(progress->lines, 200);
    EXPECT_EQ(progress->events, 199);
    EXPECT_EQ(progress->newest_us, 1751351940000000);
    EXPECT_EQ(progress->watermark_us, 1751342340500000);
    EXPECT_EQ(progress->windows_open, 33);
    EXPECT_EQ(progress->dropped, 7);
    EXPECT_DOUBLE_EQ(progress->seconds, 10.162);
    ASSERT_EQ(progress->sources.size(), 2);
    EXPECT_EQ(progress->sources[0].after, 0);
    EXPECT_EQ(progress->sources[0].last, 2);
    EXPECT_EQ(progress->sources[1].after, -1);
    EXPECT_EQ(progress->sources[1].last, 0);
  }
}

TEST(QueryProgress, OfALookThatFoundNothing) {
  const auto progress = ParseProgress(
      R"({"batchId":3,"durationMs":{"latestOffset":2,"triggerExecution":2},
          "eventTime":{"watermark":"1970-01-01T00:00:00.000Z"},"observedMetrics":{}})",
      "w");
  ASSERT_TRUE(progress.ok());
  EXPECT_FALSE(progress->did_run);
  EXPECT_EQ(progress->watermark_us, std::nullopt);
  EXPECT_EQ(progress->newest_us, std::nullopt);
}

TEST(QueryProgress, AnythingElseIsAnError) {
  for (const char* text : {"", "[]", "{}", "{\"batchId\":", "null"}) {
    EXPECT_FALSE(ParseProgress(text, "w").ok()) << text;
  }
  for (
      const char* text :
      {R"({"batchId":"x","durationMs":3,"sources":7,"stateOperators":"y","eventTime":[]})",
       R"({"batchId":1,"observedMetrics":{"w":{"values":5,"schema":{"fields":"a"}}},"sources":[1]})",
       R"({"batchId":1,"observedMetrics":{"w":{"values":[1],"schema":{"fields":[{"name":2}]}}}})"}) {
    EXPECT_TRUE(ParseProgress(text, "w").ok()) << text;
  }
}

}  // namespace
}  // namespace cadenza::stream
