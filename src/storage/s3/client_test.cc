#include "storage/s3/client.h"

#include <gtest/gtest.h>

namespace cadenza::s3 {
namespace {

TEST(UrlTest, AtAws) {
  Options options;
  options.region = "eu-west-1";
  options.url_style = "virtual";
  EXPECT_EQ(UrlOf({"plays", "a b"}, options), "https://plays.s3.eu-west-1.amazonaws.com/a%20b");
  EXPECT_EQ(UrlOf({"plays", ""}, options), "https://plays.s3.eu-west-1.amazonaws.com/");
  EXPECT_EQ(UrlOf({"a.b", "c"}, options), "https://s3.eu-west-1.amazonaws.com/a.b/c")
      << "the certificate has no place for a dot";
  options.url_style = "path";
  EXPECT_EQ(UrlOf({"plays", "a"}, options), "https://s3.eu-west-1.amazonaws.com/plays/a");
}

TEST(UrlTest, AtAnEndpoint) {
  Options options;
  options.endpoint = "http://127.0.0.1:9000";
  options.url_style = "path";
  EXPECT_EQ(UrlOf({"plays", "a/b"}, options), "http://127.0.0.1:9000/plays/a/b");
  EXPECT_EQ(UrlOf({"plays", ""}, options), "http://127.0.0.1:9000/plays");
  options.url_style = "virtual";
  options.endpoint = "http://localhost:9000";
  EXPECT_EQ(UrlOf({"plays", "a"}, options), "http://plays.localhost:9000/a");
}

TEST(ErrorDocumentTest, CodeMessageAndRegion) {
  const ErrorDocument found = ParseError(
      "<?xml version=\"1.0\"?>\n<Error><Code>NoSuchKey</Code><Message>No &lt;key&gt;</Message>"
      "<Region>eu-west-1</Region></Error>");
  EXPECT_EQ(found.code, "NoSuchKey");
  EXPECT_EQ(found.message, "No <key>");
  EXPECT_EQ(found.region, "eu-west-1");
  for (const char* text : {"", "<html><body>502</body></html>", "<Error><Code>x"}) {
    EXPECT_EQ(ParseError(text).message, "") << text;
  }
}

TEST(RetryPolicyTest, PausesDoubleUpToALimit) {
  RetryPolicy policy;
  policy.first_ms = 100;
  policy.pause_ms_max = 1000;
  EXPECT_EQ(policy.PauseMs(1, 0.5), 50);
  EXPECT_EQ(policy.PauseMs(2, 0.5), 100);
  EXPECT_EQ(policy.PauseMs(4, 0.5), 400);
  EXPECT_EQ(policy.PauseMs(5, 0.5), 500);
  EXPECT_EQ(policy.PauseMs(100, 0.5), 500);
  EXPECT_EQ(policy.PauseMs(3, 0), 0);
}

TEST(RetryPolicyTest, JitterSpreads) {
  double least = 1, most = 0;
  for (int i = 0; i < 1000; ++i) {
    const double share = Jitter();
    ASSERT_GE(share, 0);
    ASSERT_LT(share, 1);
    least = std::min(least, share);
    most = std::max(most, share);
  }
  EXPECT_LT(least, 0.1);
  EXPECT_GT(most, 0.9);
}

TEST(ClientTest, GivesUpWhereNobodyListens) {
  Options options;
  options.endpoint = "http://127.0.0.1:1";
  options.of_flags = {.access_key_id = "id", .secret_access_key = "hidden"};
  RetryPolicy policy;
  policy.first_ms = 1;
  Client client(options, policy);
  Request request;
  request.address = {"bucket", "key"};
  const auto answer = client.Send(request);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().kind, ErrorKind::kIo);
  EXPECT_NE(answer.error().message.find("after 4 tries (connection refused)"), std::string::npos)
      << answer.error().message;
  EXPECT_EQ(answer.error().message.find("hidden"), std::string::npos);
}

TEST(ClientTest, AnInterruptEndsTheWaiting) {
  Options options;
  options.endpoint = "http://127.0.0.1:1";
  options.of_flags = {.access_key_id = "id", .secret_access_key = "hidden"};
  options.interrupted = [] { return true; };
  Client client(options);
  Request request;
  request.address = {"bucket", "key"};
  EXPECT_EQ(client.Send(request).error().kind, ErrorKind::kInterrupted);
}

}  // namespace
}  // namespace cadenza::s3
