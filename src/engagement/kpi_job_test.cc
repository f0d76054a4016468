#include "engagement/kpi_job.h"

#include <algorithm>

#include "engine/test_engine.h"
#include "lake/model.h"

namespace cadenza::engagement {
namespace {

TEST(KpiJobTest, ItsTablesAreThoseWhoseHeadersNameIt) {
  const std::vector<std::string> tables = KpiTables();
  for (const char* name : {"kpi_summary", "customer_days", "top_songs"}) {
    EXPECT_EQ(std::ranges::count(tables, name), 1) << name;
  }
  // One is made on request alone, others are learned, or another job's.
  for (const char* name : {"kpi_as_published", "engaged_scores", "tracks", "churn_explore"}) {
    EXPECT_EQ(std::ranges::count(tables, name), 0) << name;
  }
  EXPECT_EQ(PredictedTables(), (std::vector<std::string>{"engaged_calibration", "engaged_models",
                                                         "engaged_pr_curve", "engaged_scores"}));
}

}  // namespace
}  // namespace cadenza::engagement
