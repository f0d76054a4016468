#include "engagement/engaged_batch.h"

#include "engine/test_engine.h"

namespace cadenza::engagement {
namespace {

TEST(EngagedBatchTest, NoCustomerIsLostWhereHashesHaveASign) {
  const auto engine = engine::OpenTestEngine();
  // As Spark's are.
  ASSERT_TRUE(engine
                  ->Execute("CREATE OR REPLACE MACRO xxhash64(a, b) AS "
                            "CAST(hash(a, b) >> 1 AS BIGINT) - 4611686018427387904")
                  .ok());
  ASSERT_TRUE(engine
                  ->BindQuery("customers",
                              "SELECT CAST(range AS VARCHAR) AS customer_id, true AS is_engaged, "
                              "1.5 AS feature FROM range(250000)")
                  .ok());
  const auto batches = CustomerBatches::Open(engine.get(), "customers");
  ASSERT_TRUE(batches.ok());
  ASSERT_EQ(batches->count(), 3);
  size_t customers = 0;
  for (int64_t batch = 0; batch < batches->count(); ++batch) {
    const auto read = batches->Read(batch);
    ASSERT_TRUE(read.ok());
    customers += read->ids.size();
  }
  EXPECT_EQ(customers, 250'000U);
}

}  // namespace
}  // namespace cadenza::engagement
