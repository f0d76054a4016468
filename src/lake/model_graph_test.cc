#include "lake/model_graph.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace cadenza::lake {
namespace {

std::vector<std::string> NamesOf(const std::vector<const Model*>& models) {
  std::vector<std::string> names;
  for (const Model* model : models) names.push_back(model->name);
  return names;
}

TEST(ModelGraph, AModelReadsWhatItsSqlNamesAsARelation) {
  Model model;
  model.name = "made";
  model.select =
      "SELECT 'lifecycle' AS x, made.y, plays -- FROM retention\n"
      "FROM customer_days, silver.songplays AS s JOIN \"paid_spans\" USING (z)\n"
      "WHERE y IS DISTINCT FROM users AND EXISTS (SELECT extract(day FROM time) FROM songs)";
  EXPECT_EQ(NamesOf(ModelsRead(model)),
            (std::vector<std::string>{"customer_days", "paid_spans", "songplays", "songs"}));
}

TEST(ModelGraph, StepsAreLookedThrough) {
  const std::vector<std::string> tables = NamesOf(TablesRead(*FindModel("songplays")));
  EXPECT_EQ(tables, (std::vector<std::string>{"events", "song_records"}));
}

TEST(ModelGraph, NoModelReadsItself) {
  for (const Model& model : Models()) {
    std::vector<const Model*> below = ModelsRead(model);
    for (size_t at = 0; at < below.size(); ++at) {
      ASSERT_NE(below[at]->name, model.name);
      for (const Model* next : ModelsRead(*below[at])) {
        if (std::ranges::count(below, next) == 0) below.push_back(next);
      }
    }
  }
}

TEST(ModelGraph, EveryTableSaysHowItFollows) {
  for (const Model& model : Models()) {
    const Status follows = CheckFollows(model);
    EXPECT_TRUE(follows.ok()) << follows.error().message;
  }
  Model model = *FindModel("users");
  model.refresh = Refresh::kNone;
  EXPECT_FALSE(CheckFollows(model).ok());
}

}  // namespace
}  // namespace cadenza::lake
