#include "engagement/gold_refresh.h"

#include <algorithm>

#include "engagement/kpi_job.h"
#include "engine/test_engine.h"
#include "lake/model.h"

namespace cadenza::engagement {
namespace {

TEST(GoldRefreshTest, AModelReadsWhatItsSqlNames) {
  lake::Model model;
  model.name = "made";
  model.select =
      "SELECT 'lifecycle' AS x, made.y -- retention\n FROM customer_days JOIN paid_spans USING (z)";
  EXPECT_EQ(ModelsRead(model), (std::vector<std::string>{"customer_days", "paid_spans"}));
}

TEST(GoldRefreshTest, NoModelReadsItself) {
  for (const lake::Model& model : lake::Models()) {
    if (model.layer != "gold") continue;
    std::vector<std::string> below = ModelsRead(model);
    for (size_t at = 0; at < below.size(); ++at) {
      ASSERT_NE(below[at], model.name);
      for (const std::string& next : ModelsRead(*lake::FindModel(below[at]))) {
        if (std::ranges::count(below, next) == 0) below.push_back(next);
      }
    }
  }
}

TEST(GoldRefreshTest, TheTablesOfTheJobAreModels) {
  for (const std::string& name : KpiTables()) {
    const lake::Model* model = lake::FindModel(name);
    ASSERT_NE(model, nullptr) << name;
    EXPECT_EQ(model->kind, lake::ModelKind::kTable) << name;
    EXPECT_EQ(model->layer, "gold") << name;
  }
}

}  // namespace
}  // namespace cadenza::engagement
