// Tables that the program carries no model of: what they are stands in the manifest.

#include <algorithm>

#include "engine/test_engine.h"
#include "lake/run.h"

namespace cadenza::lake {
namespace {

using engine::MessageOf;

Model Windows() {
  Model model;
  model.name = "sessions_1h_by_platform";
  model.layer = "gold";
  model.summary = "windows";
  model.grain = "one row per window and platform";
  model.kind = ModelKind::kWritten;
  model.columns = {{"platform", "VARCHAR", "group"}, {"sessions", "BIGINT", "rows"}};
  return model;
}

class OwnTableTest : public testing::TestWithParam<TableFormat> {
 protected:
  Lake OpenLake() { return std::move(Lake::Open(folder_.path(), engine_.get())).value(); }
  /// A run that adds so many rows.
  void Write(int rows) {
    Lake lake = OpenLake();
    const auto model = lake.Declare(Windows());
    ASSERT_TRUE(model.ok()) << MessageOf(model);
    auto run = Run::Begin(&lake, GetParam(), {});
    ASSERT_TRUE(run.ok()) << MessageOf(run);
    const auto before = lake.Load(**model);
    ASSERT_TRUE(before.ok()) << MessageOf(before);
    TableChange change;
    auto files = engine_->Write((*run)->Request(
        **model, {},
        fmt::format("SELECT 'ios' AS platform, range AS sessions FROM range({})", rows)));
    ASSERT_TRUE(files.ok()) << MessageOf(files);
    change.added = std::move(files).value();
    change.recorded = {{"cadenza.stream.s", rows}};
    (*run)->Stage(**model, *before, {}, std::move(change));
    const Status done = (*run)->Commit();
    ASSERT_TRUE(done.ok()) << MessageOf(done);
  }

  engine::TestFolder folder_;
  std::unique_ptr<engine::Engine> engine_ = engine::OpenTestEngine();
};

TEST_P(OwnTableTest, IsKnownToWhoeverOpensTheLake) {
  Write(3);
  const Lake lake = OpenLake();
  const Model* model = lake.FindTable("sessions_1h_by_platform");
  ASSERT_NE(model, nullptr);
  EXPECT_EQ(model->layer, "gold");
  EXPECT_EQ(model->grain, Windows().grain);
  EXPECT_EQ(model->engine_columns(), Windows().engine_columns());
  EXPECT_EQ(model->columns[0].comment, "group");
  EXPECT_EQ(lake.Load(*model)->rows(), 3);
  const auto tables = lake.tables();
  EXPECT_EQ(std::ranges::count(tables, model), 1);
}

TEST_P(OwnTableTest, GrowsByTheNextRun) {
  Write(3);
  Write(4);
  const Lake lake = OpenLake();
  EXPECT_EQ(lake.Load(*lake.FindTable("sessions_1h_by_platform"))->rows(), 7);
}

TEST_P(OwnTableTest, WithOtherColumnsIsRefused) {
  Write(1);
  Lake lake = OpenLake();
  Model other = Windows();
  other.columns.pop_back();
  const auto declared = lake.Declare(other);
  ASSERT_FALSE(declared.ok());
  EXPECT_EQ(declared.error().kind, ErrorKind::kUsage);
  other.name = "users";
  EXPECT_FALSE(lake.Declare(other).ok()) << "a table of the program has its own columns";
}

INSTANTIATE_TEST_SUITE_P(Formats, OwnTableTest,
                         testing::Values(TableFormat::kDelta, TableFormat::kParquet),
                         [](const auto& format) { return std::string(FormatName(format.param)); });

}  // namespace
}  // namespace cadenza::lake
