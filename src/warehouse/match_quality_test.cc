#include "warehouse/match_quality.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "lake/model.h"

namespace cadenza::warehouse {
namespace {

TEST(MatchQualities, AreThoseThatTheSqlGivesAndTheHeaderNames) {
  const std::string& sql = lake::FindModel("play_matches")->select;
  for (size_t rank = 1; rank < kMatchQualities.size(); ++rank) {
    const std::string branch = fmt::format("WHEN {} THEN '{}'", rank, kMatchQualities[rank - 1]);
    EXPECT_NE(sql.find(branch), std::string::npos) << branch;
  }
  EXPECT_NE(sql.find(fmt::format("ELSE '{}'", kMatchQualities.back())), std::string::npos);
  const auto& columns = lake::FindModel("songplays")->columns;
  EXPECT_EQ(std::ranges::find(columns, "match_quality", &lake::ModelColumn::name)->comment,
            fmt::format("how the song was found: {}", fmt::join(kMatchQualities, ", ")));
}

}  // namespace
}  // namespace cadenza::warehouse
