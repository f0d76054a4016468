#include "churn/reasons.h"

#include <gtest/gtest.h>

namespace cadenza::churn {
namespace {

TEST(ReasonsTest, FamiliesAreSummedAndPutIntoWords) {
  FeatureModel model;
  model.families = {
      {{"adverts_7", "adverts_30"},
       "{more|fewer} adverts than usual: {adverts_30} in 30 days, others {usual}"},
      {{"pays_now"}, "{pays|does not pay}"},
      {{"trend"}, "{more|less} than usual: {trend}"},
  };
  Snapshots data;
  data.users = {"a", "b", "c"};
  data.rows.resize(3);
  data.features = {"adverts_7", "adverts_30", "pays_now", "trend"};
  data.values = {9, 31, 0, 0.125F, 1, 12, 1, 0.5F, 2, 12, 1, 0.5F};
  const Reasons reasons(data, {model});
  const float contributions[] = {0.3F, 0.4F, 0.1F, -0.2F};
  const std::vector<Reason> found = reasons.Of(0, contributions);
  ASSERT_EQ(found.size(), 2U) << "what lowers the risk is no reason";
  EXPECT_EQ(found[0].text, "more adverts than usual: 31 in 30 days, others 12");
  EXPECT_NEAR(found[0].contribution, 0.7, 1e-6);
  EXPECT_EQ(found[0].feature, "adverts_30");
  EXPECT_EQ(found[1].text, "does not pay");
}

}  // namespace
}  // namespace cadenza::churn
