#include "http/server.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <atomic>

#include "http/metrics.h"

namespace cadenza::http {
namespace {

std::unique_ptr<Server> StartServer(ServerOptions options) {
  auto server = Server::Start(std::move(options));
  EXPECT_TRUE(server.ok()) << server.error().message;
  return server.ok() ? std::move(*server) : nullptr;
}

TEST(ServerTest, AnswersMetricsAndHealth) {
  Metrics metrics;
  ASSERT_TRUE(metrics.Declare("a", MetricKind::kGauge, "h").ok());
  std::string trouble;
  const auto server =
      StartServer({.metrics = [&] { return metrics.Text(); }, .health = [&] { return trouble; }});
  ASSERT_NE(server, nullptr);
  ASSERT_GT(server->port(), 0);
  httplib::Client client(server->url());
  auto answer = client.Get("/metrics");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, metrics.Text());
  EXPECT_TRUE(answer->get_header_value("Content-Type").starts_with("text/plain; version=0.0.4"));
  metrics.Set("a", 7);
  EXPECT_EQ(client.Get("/metrics")->body, metrics.Text());
  EXPECT_EQ(client.Get("/healthz")->status, 200);
  trouble = "no batch since 12:00";
  EXPECT_EQ(client.Get("/healthz")->status, 503);
  EXPECT_EQ(client.Get("/healthz")->body, trouble + "\n");
  EXPECT_EQ(client.Get("/")->status, 404);
  EXPECT_EQ(client.Post("/metrics", "x", "text/plain")->status, 404);
}

TEST(ServerTest, APortThatIsTakenIsAnError) {
  const auto server = StartServer({});
  ASSERT_NE(server, nullptr);
  const auto second = Server::Start({.port = server->port()});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind, ErrorKind::kIo);
  EXPECT_NE(second.error().message.find(std::to_string(server->port())), std::string::npos);
}

TEST(ServerTest, EndsWithTheObject) {
  std::string url;
  {
    const auto server = StartServer({});
    url = server->url();
    EXPECT_TRUE(httplib::Client(url).Get("/healthz"));
  }
  EXPECT_FALSE(httplib::Client(url).Get("/healthz"));
}

TEST(ServerTest, Addresses) {
  ServerOptions options;
  ASSERT_TRUE(ParseListen("0.0.0.0:9464", &options).ok());
  EXPECT_EQ(options.host, "0.0.0.0");
  EXPECT_EQ(options.port, 9464);
  ASSERT_TRUE(ParseListen("[::1]:0", &options).ok());
  EXPECT_EQ(options.host, "::1");
  ServerOptions kept;
  ASSERT_TRUE(ParseListen(":8080", &kept).ok());
  EXPECT_EQ(kept.host, "127.0.0.1") << "not open to the network unless asked for";
  for (const char* wrong : {"", "localhost", "localhost:", "a:70000", "a:-1", "::1:80", "a:8x"}) {
    EXPECT_FALSE(ParseListen(wrong, &options).ok()) << wrong;
  }
}

}  // namespace
}  // namespace cadenza::http
