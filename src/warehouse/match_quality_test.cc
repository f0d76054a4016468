#include "warehouse/match_quality.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "lake/model.h"

namespace cadenza::warehouse {
namespace {

TEST(MatchQualities, TheHeaderNamesThoseThatTheSqlGives) {
  const std::vector<std::string> qualities = MatchQualities();
  EXPECT_EQ(qualities, (std::vector<std::string>{"exact", "close", "edition", "text_exact",
                                                 "text_close", "text_edition"}));
  const std::string& sql = lake::FindModel("play_matches")->select;
  for (size_t rank = 1; rank < qualities.size(); ++rank) {
    const std::string branch = fmt::format("WHEN {} THEN '{}'", rank, qualities[rank - 1]);
    EXPECT_NE(sql.find(branch), std::string::npos) << branch;
  }
  EXPECT_NE(sql.find(fmt::format("ELSE '{}'", qualities.back())), std::string::npos);
}

}  // namespace
}  // namespace cadenza::warehouse
