#include "stream/checkpoint.h"

#include "engine/test_engine.h"

namespace cadenza::stream {
namespace {

using engine::MessageOf;

BatchPlan SomePlan() {
  BatchPlan plan;
  plan.batch = 1;
  plan.id = "an id";
  plan.flush = true;
  plan.parts = {{"in/a \"b\".json", 0, 812, 1541106106796}, {"kafka:t/0", 5, 9, 0}};
  return plan;
}

TEST(CheckpointTest, APlanIsReadAsItWasWritten) {
  const BatchPlan plan = SomePlan();
  const auto read = PlanFromJson(PlanToJson(plan));
  ASSERT_TRUE(read.ok()) << MessageOf(read);
  EXPECT_EQ(read->batch, 1);
  EXPECT_EQ(read->id, "an id");
  EXPECT_TRUE(read->flush);
  EXPECT_FALSE(read->skip);
  EXPECT_EQ(read->parts, plan.parts);
}

TEST(CheckpointTest, WhatIsNoPlanIsAnInputError) {
  for (const char* text : {"", "{}", "[1]", R"({"batch":"x"})",
                           R"({"batch":1,"id":"","flush":false,"skip":false,"parts":[{}]})"}) {
    const auto plan = PlanFromJson(text);
    ASSERT_FALSE(plan.ok()) << text;
    EXPECT_EQ(plan.error().kind, ErrorKind::kInput);
  }
}

class CheckpointFiles : public testing::Test {
 protected:
  lake::Lake OpenLake() {
    return std::move(lake::Lake::Open(folder_.path(), engine_.get())).value();
  }

  engine::TestFolder folder_;
  std::unique_ptr<engine::Engine> engine_ = engine::OpenTestEngine();
};

TEST_F(CheckpointFiles, ABatchThatWasBegunIsFoundByTheNextProcess) {
  lake::Lake lake = OpenLake();
  {
    auto first = Checkpoint::Open(&lake, "s");
    ASSERT_TRUE(first.ok()) << MessageOf(first);
    ASSERT_TRUE(first->Write(SomePlan()).ok());
    const Status again = first->Write(SomePlan());
    ASSERT_FALSE(again.ok());
    EXPECT_EQ(again.error().kind, ErrorKind::kConflict);
    EXPECT_FALSE(Checkpoint::Open(&lake, "s").ok()) << "two processes run one stream";
  }
  auto second = Checkpoint::Open(&lake, "s");
  ASSERT_TRUE(second.ok()) << MessageOf(second);
  const auto pending = second->Pending();
  ASSERT_TRUE(pending.ok() && pending->has_value());
  EXPECT_EQ((*pending)->parts, SomePlan().parts);
  ASSERT_TRUE(second->Drop(**pending).ok());
  EXPECT_FALSE(second->Pending()->has_value());
}

TEST_F(CheckpointFiles, TheFirstDefinitionStays) {
  lake::Lake lake = OpenLake();
  auto checkpoint = Checkpoint::Open(&lake, "s");
  ASSERT_TRUE(checkpoint.ok());
  EXPECT_EQ(checkpoint->DefinitionOrElse("one").value(), "one");
  EXPECT_EQ(checkpoint->DefinitionOrElse("two").value(), "one");
}

}  // namespace
}  // namespace cadenza::stream
