#include "storage/s3/presigned_address.h"

#include <gtest/gtest.h>

namespace cadenza::s3 {
namespace {

constexpr int64_t kNowMs = 1369353600000;  // 2013-05-24T00:00:00Z
constexpr int64_t kDayMs = int64_t{86400} * 1000;

/// The key and the object of the example in Amazon's documentation.
Access ExampleAccess() {
  Access access;
  access.options.endpoint = "https://s3.amazonaws.com";
  access.options.region = "us-east-1";
  access.options.url_style = "virtual";
  access.credentials.access_key_id = "AKIAIOSFODNN7EXAMPLE";
  access.credentials.secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  return access;
}

std::string UrlUntil(const Access& access, int64_t until_ms) {
  return PresignedAddress({"examplebucket", "test.txt"}, access, kNowMs, until_ms).url;
}

TEST(PresignedAddressTest, TheExampleOfTheDocumentation) {
  EXPECT_EQ(UrlUntil(ExampleAccess(), kNowMs + kDayMs),
            "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
            "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
            "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST(PresignedAddressTest, HoldsNoLongerThanItsCredentialsAndAWeek) {
  Access access = ExampleAccess();
  access.credentials.session_token = "to/ken";
  access.credentials.expires_ms = kNowMs + 60'000;
  const ReadAddress address =
      PresignedAddress({"examplebucket", "a b"}, access, kNowMs, kNowMs + kDayMs);
  EXPECT_EQ(address.expires_ms, kNowMs + 60'000);
  EXPECT_NE(address.url.find("/a%20b?"), std::string::npos);
  EXPECT_NE(address.url.find("X-Amz-Expires=60&X-Amz-Security-Token=to%2Fken&"), std::string::npos);
  access.credentials.expires_ms = 0;
  EXPECT_NE(UrlUntil(access, kNowMs + 30 * kDayMs).find("X-Amz-Expires=604800&"),
            std::string::npos);
}

TEST(PresignedAddressTest, ThePortOfTheSchemeIsNotSigned) {
  const auto mark = [](const std::string& url) { return url.substr(url.find("X-Amz-Signature")); };
  Access access = ExampleAccess();
  const std::string without = UrlUntil(access, kNowMs + kDayMs);
  access.options.endpoint = "https://s3.amazonaws.com:443";
  EXPECT_EQ(mark(UrlUntil(access, kNowMs + kDayMs)), mark(without));
  access.options.endpoint = "https://s3.amazonaws.com:9000";
  EXPECT_NE(mark(UrlUntil(access, kNowMs + kDayMs)), mark(without));
}

}  // namespace
}  // namespace cadenza::s3
