#include "learn/dataset.h"

#include <gtest/gtest.h>

#include <map>

namespace cadenza::learn {
namespace {

TEST(PartOfTest, SplitsAsItSays) {
  std::map<Part, int> rows;
  constexpr int kKeys = 20'000;
  for (int key = 0; key < kKeys; ++key) ++rows[PartOf("CUST" + std::to_string(key))];
  EXPECT_NEAR(rows[Part::kTest], 0.20 * kKeys, 0.01 * kKeys);
  EXPECT_NEAR(rows[Part::kValidate], 0.16 * kKeys, 0.01 * kKeys);
  EXPECT_NEAR(rows[Part::kTrain], 0.64 * kKeys, 0.01 * kKeys);
}

TEST(PartOfTest, NeverChanges) {
  // A model of last week must be tested on people that it has not seen: the split is for ever.
  EXPECT_EQ(PartOf("a"), PartOf(std::string("a")));
  std::string parts;
  for (const char* key : {"", "1", "2", "CUST000000", "CUST000001", "CUST000002", "listener"}) {
    parts += std::to_string(static_cast<int>(PartOf(key)));
  }
  EXPECT_EQ(parts, "0100102");
}

}  // namespace
}  // namespace cadenza::learn
