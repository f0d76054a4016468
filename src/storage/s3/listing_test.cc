#include "storage/s3/listing.h"

#include <gtest/gtest.h>

namespace cadenza::s3 {
namespace {

std::string Page(const std::string& inside) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" +
         inside + "</ListBucketResult>";
}

TEST(ListPageTest, Objects) {
  const auto page = ParseListPage(
      Page("<IsTruncated>false</IsTruncated><Contents><Key>a &amp; b</Key><Size>12</Size>"
           "<LastModified>2026-11-21T13:05:07.250Z</LastModified><ETag>&quot;abc&quot;</ETag>"
           "</Contents><Contents><Key>c+d%20</Key><Size>0</Size></Contents>"));
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->objects.size(), 2U);
  EXPECT_EQ(page->objects[0].key, "a & b");
  EXPECT_EQ(page->objects[0].size_bytes, 12);
  EXPECT_EQ(page->objects[0].modified_ms, 1795266307250);
  EXPECT_EQ(page->objects[0].etag, "abc");
  EXPECT_EQ(page->objects[1].key, "c+d%20") << "not encoded unless it is said";
  EXPECT_EQ(page->next, "");
}

TEST(ListPageTest, EncodedKeys) {
  const auto page = ParseListPage(Page(
      "<EncodingType>url</EncodingType><Contents><Key>a+b%2Bc%20d%C3%BC%zz%4</Key></Contents>"));
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->objects[0].key, "a b+c dü%zz%4");
}

TEST(ListPageTest, GoesOnWithAToken) {
  const auto page = ParseListPage(
      Page("<IsTruncated>true</IsTruncated><NextContinuationToken>x/y==</NextContinuationToken>"));
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->next, "x/y==");
  EXPECT_FALSE(ParseListPage(Page("<IsTruncated>true</IsTruncated>")).ok());
}

TEST(ListPageTest, WhatIsNoListingIsAnError) {
  for (const char* text : {"", "<html/>", "<ListBucketResult>", "not XML"}) {
    const auto page = ParseListPage(text);
    ASSERT_FALSE(page.ok()) << text;
    EXPECT_EQ(page.error().kind, ErrorKind::kIo);
  }
}

}  // namespace
}  // namespace cadenza::s3
