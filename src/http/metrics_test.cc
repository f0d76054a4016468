#include "http/metrics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace cadenza::http {
namespace {

TEST(MetricsTest, TextHasHelpTypeAndValues) {
  Metrics metrics;
  ASSERT_TRUE(metrics.Declare("cadenza_events_total", MetricKind::kCounter, "Events read.").ok());
  ASSERT_TRUE(metrics.Declare("cadenza_lag_seconds", MetricKind::kGauge, "Behind now.").ok());
  metrics.Add("cadenza_events_total", 2, {{"source", "a"}});
  metrics.Add("cadenza_events_total", 3, {{"source", "a"}});
  metrics.Add("cadenza_events_total", 1, {{"source", "b"}});
  metrics.Set("cadenza_lag_seconds", 1.5);
  metrics.Set("cadenza_lag_seconds", 0.25);
  EXPECT_EQ(metrics.Text(),
            "# HELP cadenza_events_total Events read.\n# TYPE cadenza_events_total counter\n"
            "cadenza_events_total{source=\"a\"} 5\ncadenza_events_total{source=\"b\"} 1\n"
            "# HELP cadenza_lag_seconds Behind now.\n# TYPE cadenza_lag_seconds gauge\n"
            "cadenza_lag_seconds 0.25\n");
}

TEST(MetricsTest, ValuesAndHelpAreEscaped) {
  EXPECT_EQ(LabelsText({{"path", "C:\\a \"b\"\nc"}}), R"({path="C:\\a \"b\"\nc"})");
  EXPECT_EQ(LabelsText({}), "");
  Metrics metrics;
  ASSERT_TRUE(metrics.Declare("a", MetricKind::kGauge, "one\ntwo \\ \"three\"").ok());
  EXPECT_EQ(metrics.Text(), "# HELP a one\\ntwo \\\\ \"three\"\n# TYPE a gauge\n");
}

TEST(MetricsTest, NumbersThatAreNone) {
  Metrics metrics;
  ASSERT_TRUE(metrics.Declare("a", MetricKind::kGauge, "h").ok());
  metrics.Set("a", NAN, {{"is", "nan"}});
  metrics.Set("a", -INFINITY, {{"is", "low"}});
  EXPECT_NE(metrics.Text().find("a{is=\"nan\"} NaN\n"), std::string::npos);
  EXPECT_NE(metrics.Text().find("a{is=\"low\"} -Inf\n"), std::string::npos);
  metrics.Clear("a");
  EXPECT_EQ(metrics.Text().find("NaN"), std::string::npos);
}

TEST(MetricsTest, WrongDeclarationsAreRefused) {
  Metrics metrics;
  for (const char* name : {"", "1a", "a-b", "a b"}) {
    EXPECT_FALSE(metrics.Declare(name, MetricKind::kGauge, "h").ok()) << name;
  }
  EXPECT_FALSE(metrics.Declare("events", MetricKind::kCounter, "h").ok()) << "no _total";
  ASSERT_TRUE(metrics.Declare("a", MetricKind::kGauge, "h").ok());
  EXPECT_TRUE(metrics.Declare("a", MetricKind::kGauge, "h").ok()) << "the same again";
  EXPECT_FALSE(metrics.Declare("a", MetricKind::kGauge, "other").ok());
}

}  // namespace
}  // namespace cadenza::http
