#include "storage/s3/address.h"

#include <gtest/gtest.h>

namespace cadenza::s3 {
namespace {

TEST(AddressTest, BucketAndKey) {
  const auto address = ParseAddress("s3://my.bucket-1/a b/c");
  ASSERT_TRUE(address.ok());
  EXPECT_EQ(address->bucket, "my.bucket-1");
  EXPECT_EQ(address->key, "a b/c");
  EXPECT_EQ(address->Text(), "s3://my.bucket-1/a b/c");
  EXPECT_EQ(ParseAddress("s3://bucket")->Text(), "s3://bucket");
  EXPECT_EQ(ParseAddress("s3://bucket/")->key, "");
}

TEST(AddressTest, WhatIsNoBucketIsRefused) {
  for (const char* text : {"s3://", "s3:///a", "s3://ab/a", "s3://a?b/c", "s3://bu ck/a", "/a/b",
                           "s3://.hidden/a", "s3://%41bc/a"}) {
    const auto address = ParseAddress(text);
    ASSERT_FALSE(address.ok()) << text;
    EXPECT_EQ(address.error().kind, ErrorKind::kUsage);
  }
  EXPECT_EQ(ParseAddress("s3://key:pass@bucket/a").error().message.find("pass"), std::string::npos);
}

TEST(AddressTest, EncodesAsSignaturesWantIt) {
  EXPECT_EQ(EncodeKey("a/b c+d=%e~ü*"), "a/b%20c%2Bd%3D%25e~%C3%BC%2A");
  EXPECT_EQ(EncodeQuery("a/b"), "a%2Fb");
}

}  // namespace
}  // namespace cadenza::s3
