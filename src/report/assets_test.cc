#include "report/assets.h"

#include <gtest/gtest.h>

#include <set>

namespace cadenza::report {
namespace {

TEST(Assets, ThePageNamesOnlyWhatIsThere) {
  const auto page = AssetText("");
  ASSERT_TRUE(page.ok()) << page.error().message;
  size_t named = 0;
  for (size_t at = page->find("/assets/"); at != std::string::npos;
       at = page->find("/assets/", at + 1)) {
    const std::string address = page->substr(at, page->find('"', at) - at);
    EXPECT_NE(FindAsset(address), nullptr) << address;
    ++named;
  }
  EXPECT_GE(named, 6U);
  EXPECT_EQ(page->find("<script>"), std::string::npos) << "a script inside the page";
  EXPECT_EQ(page->find("http://"), std::string::npos);
  EXPECT_EQ(page->find("https://"), std::string::npos);
}

TEST(Assets, AllOfThemAreSmallOnTheWire) {
  size_t bytes = 0;
  std::set<std::string_view> addresses;
  for (const Asset& asset : Assets()) {
    EXPECT_TRUE(addresses.insert(asset.address).second) << asset.address;
    bytes += asset.gzipped.size();
  }
  EXPECT_LE(bytes, size_t{550} * 1024);
}

TEST(Assets, TypesAreKnown) {
  for (const Asset& asset : Assets()) {
    EXPECT_EQ(asset.content_type().starts_with("text/html"), asset.address == "/") << asset.address;
  }
  EXPECT_EQ(FindAsset("/assets/../etc/passwd"), nullptr);
}

}  // namespace
}  // namespace cadenza::report
