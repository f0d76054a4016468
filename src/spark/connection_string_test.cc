#include "spark/connection_string.h"

#include <gtest/gtest.h>

namespace cadenza::spark {
namespace {

ConnectionString Parsed(std::string_view text) {
  Result<ConnectionString> parsed = ParseConnectionString(text);
  EXPECT_TRUE(parsed.ok()) << text << ": " << (parsed.ok() ? "" : parsed.error().message);
  return parsed.ok() ? *parsed : ConnectionString();
}

std::string Refused(std::string_view text) {
  const Result<ConnectionString> parsed = ParseConnectionString(text);
  EXPECT_FALSE(parsed.ok()) << text;
  if (parsed.ok()) return "";
  EXPECT_EQ(parsed.error().kind, ErrorKind::kUsage);
  return parsed.error().message;
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(ConnectionString, HostAlone) {
  const ConnectionString parsed = Parsed("sc://spark.example");
  EXPECT_EQ(parsed.address(), "spark.example:15002");
  EXPECT_FALSE(parsed.use_tls);
  EXPECT_EQ(Parsed("sc://spark.example:1/").port, 1);
  EXPECT_EQ(Parsed("sc://a:65535/;").port, 65535);
}

TEST(ConnectionString, Parameters) {
  const ConnectionString parsed = Parsed(
      "sc://h:7/;Token=a%3Bb%3d=;user_id=ana%20b;x-cluster=blue;X-Other=;user_agent=job;"
      "session_id=01234567-89ab-cdef-0123-456789abcdef;grpc_max_message_size=1000000");
  EXPECT_EQ(parsed.token, "a;b==");
  EXPECT_EQ(parsed.user_id, "ana b");
  EXPECT_EQ(parsed.user_agent, "job");
  EXPECT_EQ(parsed.session_id, "01234567-89ab-cdef-0123-456789abcdef");
  EXPECT_EQ(parsed.message_bytes_max, 1'000'000);
  const std::vector<std::pair<std::string, std::string>> headers = {{"x-cluster", "blue"},
                                                                    {"x-other", ""}};
  EXPECT_EQ(parsed.headers, headers);
  EXPECT_TRUE(parsed.use_tls);
}

TEST(ConnectionString, TokenGoesWithTlsUnlessLocal) {
  EXPECT_TRUE(Parsed("sc://h/;token=t").use_tls);
  EXPECT_TRUE(Parsed("sc://h/;token=t;use_ssl=true").use_tls);
  EXPECT_TRUE(Parsed("sc://localhost/;token=t;use_ssl=true").use_tls);
  for (const char* local : {"sc://localhost/;token=t", "sc://127.0.0.1:9/;token=t;use_ssl=false",
                            "sc://[::1]/;token=t"}) {
    EXPECT_FALSE(Parsed(local).use_tls) << local;
  }
  const std::string reason = Refused("sc://h/;token=verysecret;use_ssl=false");
  EXPECT_TRUE(Contains(reason, "without TLS")) << reason;
  // A name that only begins like this machine's is another machine.
  Refused("sc://127.0.0.1.example.com/;token=t;use_ssl=false");
}

TEST(ConnectionString, SixInBrackets) {
  const ConnectionString parsed = Parsed("sc://[2001:db8::1]:7/;use_ssl=true");
  EXPECT_EQ(parsed.host, "2001:db8::1");
  EXPECT_EQ(parsed.address(), "[2001:db8::1]:7");
  EXPECT_TRUE(parsed.use_tls);
}

TEST(ConnectionString, SaysWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "begins with sc://"},
      {"spark://h:7077", "begins with sc://"},
      {"sc://", "host is missing"},
      {"sc://:15002", "host is missing"},
      {"sc://h:", "port"},
      {"sc://h:0", "1 to 65535, not 0"},
      {"sc://h:70000", "70000"},
      {"sc://h:1x", "1x"},
      {"sc://h;token=t", "after /;"},
      {"sc://h/path", "path"},
      {"sc://h/;token", "no ="},
      {"sc://h/;token=", "token is empty"},
      {"sc://h/;tokn=t", "tokn"},
      {"sc://h/;use_ssl=yes", "true or false"},
      {"sc://h/;x-a=%zz", "x-a"},
      {"sc://h/;x-a=%0a", "x-a"},
      {"sc://h/;session_id=1", "UUID"},
      {"sc://h/;grpc_max_message_size=1", "65536"},
      {"sc://ana:pw@h", "token="},
      {"sc://[::1", "not closed"},
      {"sc://[g]", "IPv6"},
      {"sc://[::1]x", "bracket"},
      {"sc://h ost", "h ost"},
  };
  for (const auto& [text, part] : cases) {
    const std::string reason = Refused(text);
    EXPECT_TRUE(Contains(reason, part)) << text << ": " << reason;
  }
}

TEST(ConnectionString, NoMessageHasASecret) {
  for (const char* text :
       {"sc://h/;token=hunter2;use_ssl=false", "sc://h/;token=hunter2%", "sc://h/;hunter2",
        "sc://h/;x-key=hunter2%0", "sc://ana:hunter2@h", "sc://h/;token=a;hunter2"}) {
    EXPECT_FALSE(Contains(Refused(text), "hunter2")) << text;
  }
}

}  // namespace
}  // namespace cadenza::spark
