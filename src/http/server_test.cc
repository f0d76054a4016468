#include "http/server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "http/metrics.h"
#include "http/service_routes.h"
#include "http/test_client.h"

namespace cadenza::http {
namespace {

ServerOptions EchoOptions() {
  ServerOptions options;
  Route route;
  route.path = "/echo/{word}";
  route.handler = [](const Request& request) { return TextReply(200, request.Parameter("word")); };
  options.router.Add(route);
  route.method = "POST";
  route.path = "/size";
  route.handler = [](const Request& request) {
    return TextReply(200, std::to_string(request.body.size()));
  };
  options.router.Add(route);
  return options;
}

std::unique_ptr<Server> StartServer(ServerOptions options) {
  auto server = Server::Start(std::move(options));
  EXPECT_TRUE(server.ok()) << server.error().message;
  return server.ok() ? std::move(*server) : nullptr;
}

bool Has(const std::string& text, std::string_view piece) {
  return text.find(piece) != std::string::npos;
}

TEST(ServerTest, AnswersMetricsAndHealth) {
  Metrics metrics;
  ASSERT_TRUE(metrics.Declare("a", MetricKind::kGauge, "h").ok());
  std::string trouble;
  ServerOptions options;
  options.router.Add(MetricsRoute([&] { return metrics.Text(); }));
  options.router.Add(HealthRoute([&] { return trouble; }));
  const auto server = StartServer(std::move(options));
  ASSERT_NE(server, nullptr);
  ASSERT_GT(server->port(), 0);
  const int port = server->port();
  EXPECT_TRUE(Get(port, "/metrics").ends_with("\r\n\r\n" + metrics.Text()));
  EXPECT_TRUE(Has(Get(port, "/metrics"), "Content-Type: text/plain; version=0.0.4"));
  metrics.Set("a", 7);
  EXPECT_TRUE(Get(port, "/metrics").ends_with(metrics.Text()));
  EXPECT_EQ(StatusOf(Get(port, "/healthz")), 200);
  trouble = "no batch since 12:00";
  EXPECT_EQ(StatusOf(Get(port, "/healthz")), 503);
  EXPECT_TRUE(Get(port, "/healthz").ends_with(trouble + "\n"));
  EXPECT_EQ(StatusOf(Get(port, "/")), 404);
  const std::string posted = Exchange(
      port, "POST /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(StatusOf(posted), 405);
  EXPECT_TRUE(Has(posted, "Allow: GET"));
}

TEST(ServerTest, APortThatIsTakenIsAnError) {
  const auto server = StartServer({});
  ASSERT_NE(server, nullptr);
  const auto second = Server::Start({.port = server->port()});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind, ErrorKind::kIo);
  EXPECT_TRUE(Has(second.error().message, std::to_string(server->port())));
}

TEST(ServerTest, EndsWithTheObject) {
  int port = 0;
  {
    const auto server = StartServer(EchoOptions());
    port = server->port();
    EXPECT_EQ(StatusOf(Get(port, "/echo/a")), 200);
  }
  EXPECT_FALSE(TestClient(port).connected());
}

TEST(ServerTest, KeepsAConnectionAndAnswersWhatIsSentAhead) {
  const auto server = StartServer(EchoOptions());
  TestClient client(server->port());
  client.Send("GET /echo/one HTTP/1.1\r\nHost: a\r\n\r\nGET /echo/two HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(client.ReadUntil("two").ends_with("two"));
  client.Send("HEAD /echo/three HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string head = client.ReadAll();
  EXPECT_TRUE(Has(head, "Content-Length: 5"));
  EXPECT_TRUE(head.ends_with("\r\n\r\n")) << "without the body";
}

TEST(ServerTest, RefusesWhatIsNoCarefulRequest) {
  const auto server = StartServer(EchoOptions());
  const struct {
    const char* name;
    std::string request;
    int status;
  } kCases[] = {
      {"parent", "GET /echo/../x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"escaped parent", "GET /echo/%2e%2E HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"escaped slash", "GET /echo/a%2fb HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"NUL", "GET /echo/a%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"NUL in the query", "GET /echo/a?b=%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"raw NUL", std::string("GET /echo/a\0 HTTP/1.1\r\nHost: a\r\n\r\n", 34), 400},
      {"two lengths",
       "POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", 400},
      {"two unlike lengths",
       "POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\naa", 400},
      {"chunks and length",
       "POST /size HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"
       "0\r\n\r\n",
       400},
      {"length and chunks",
       "POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
       "0\r\n\r\n",
       400},
      {"negative length", "POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
      {"no host", "GET /echo/a HTTP/1.1\r\n\r\n", 400},
      {"two hosts", "GET /echo/a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"absolute", "GET http://a/echo/a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"not HTTP", "\x16\x03\x01 hello\r\n\r\n", 400},
      {"long headers",
       "GET /echo/a HTTP/1.1\r\nHost: a\r\nX: " + std::string(20 << 10, 'x') + "\r\n\r\n", 431},
      {"long body", "POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", 413},
      {"other method", "DELETE /size HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 405},
      {"nothing there", "GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 404},
  };
  for (const auto& each : kCases) {
    TestClient client(server->port());
    client.Send(each.request);
    const std::string answer = client.ReadUntil("\r\n\r\n");
    EXPECT_EQ(StatusOf(answer), each.status) << each.name << ": " << answer;
  }
  EXPECT_EQ(StatusOf(Get(server->port(), "/echo/a")), 200);
}

TEST(ServerTest, TakesChunksAndABodyOfAMegabyte) {
  const auto server = StartServer(EchoOptions());
  EXPECT_TRUE(Exchange(server->port(),
                       "POST /size HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                       "Connection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
                  .ends_with("\r\n\r\n5"));
  EXPECT_TRUE(Exchange(server->port(),
                       "POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n"
                       "Connection: close\r\n\r\n" +
                           std::string(1 << 20, 'a'))
                  .ends_with("\r\n\r\n1048576"));
}

TEST(ServerTest, SlowRequestsEndAndSurplusConnectionsAreRefused) {
  ServerOptions options = EchoOptions();
  options.limits.request_seconds = 1;
  options.limits.connections = 2;
  const auto server = StartServer(std::move(options));
  TestClient slow(server->port()), second(server->port());
  slow.Send("GET /ec");
  second.Send("GET /echo/a HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(StatusOf(second.ReadUntil("\r\n\r\na")), 200);
  TestClient third(server->port());
  const std::string refusal = third.ReadAll();
  EXPECT_EQ(StatusOf(refusal), 503);
  EXPECT_TRUE(Has(refusal, "Retry-After: 1"));
  EXPECT_EQ(slow.ReadAll(), "") << "closed without an answer";
  EXPECT_EQ(server->counts().refused, 1);
}

TEST(ServerTest, ABodyMayComeInPieces) {
  ServerOptions options;
  Route route;
  route.path = "/count";
  route.handler = [](const Request&) {
    Reply reply = TextReply(200, "");
    reply.more = [at = 0]() mutable -> Result<std::string> {
      return ++at > 3 ? std::string() : std::to_string(at);
    };
    return reply;
  };
  options.router.Add(route);
  route.path = "/broken";
  route.handler = [](const Request&) {
    Reply reply = TextReply(200, "");
    reply.more = [at = 0]() mutable -> Result<std::string> {
      if (++at > 1) return MakeError(ErrorKind::kIo, "gone");
      return std::string("part");
    };
    return reply;
  };
  options.router.Add(route);
  const auto server = StartServer(std::move(options));
  EXPECT_TRUE(Get(server->port(), "/count").ends_with("1\r\n1\r\n1\r\n2\r\n1\r\n3\r\n0\r\n\r\n"));
  EXPECT_TRUE(Get(server->port(), "/broken").ends_with("4\r\npart\r\n")) << "without an end";
}

Route EventsRoute(const std::shared_ptr<EventFeed>& feed) {
  Route route;
  route.path = "/events";
  route.handler = [feed](const Request& request) {
    Reply reply = TextReply(200, "", "text/event-stream");
    reply.events = feed;
    reply.after_event = request.Header("last-event-id");
    return reply;
  };
  return route;
}

TEST(ServerTest, WhoLeftAnEventStreamHoldsNoPlace) {
  const auto feed = std::make_shared<EventFeed>();
  ServerOptions options;
  options.limits.heartbeat_seconds = 600;
  options.router.Add(EventsRoute(feed));
  const auto server = StartServer(std::move(options));
  {
    TestClient one(server->port()), two(server->port());
    for (TestClient* client : {&one, &two}) {
      client->Send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
      client->ReadUntil("\r\n\r\n");
    }
    while (feed->readers() < 2) std::this_thread::yield();
  }
  for (int tries = 0; feed->readers() > 0 && tries < 500; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(feed->readers(), 0);
  EXPECT_EQ(server->counts().connections, 0);
}

TEST(ServerTest, StreamsEventsToThoseWhoListen) {
  auto feed = std::make_shared<EventFeed>();
  feed->Publish({"1", "run", "{\"run\":1}"});
  ServerOptions options;
  options.limits.heartbeat_seconds = 1;
  options.router.Add(EventsRoute(feed));
  const auto server = StartServer(std::move(options));
  TestClient fresh(server->port()), back(server->port());
  fresh.Send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(Has(fresh.ReadUntil("\r\n\r\n"), "text/event-stream"));
  while (feed->readers() < 1) std::this_thread::yield();
  feed->Publish({"2", "run", "{\"run\":2}"});
  EXPECT_TRUE(Has(fresh.ReadUntil("}\n\n"), "id: 2\nevent: run\ndata: {\"run\":2}\n\n"));
  back.Send("GET /events HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 1\r\n\r\n");
  EXPECT_TRUE(Has(back.ReadUntil("}\n\n"), "{\"run\":2}")) << "what it missed";
  EXPECT_TRUE(Has(back.ReadUntil("heartbeat\n\n"), ": heartbeat\n\n"));
  feed->Close({"", "end", "{}"});
  EXPECT_TRUE(fresh.ReadAll().ends_with("event: end\ndata: {}\n\n\r\n0\r\n\r\n"));
}

TEST(ServerTest, StopLetsWhatRunsFinish) {
  std::atomic<bool> began = false;
  ServerOptions options;
  Route route;
  route.path = "/long";
  route.handler = [&began](const Request&) {
    began = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return TextReply(200, "finished");
  };
  options.router.Add(route);
  const auto server = StartServer(std::move(options));
  TestClient client(server->port());
  client.Send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
  while (!began) std::this_thread::yield();
  server->Stop(10);
  EXPECT_TRUE(client.ReadAll().ends_with("finished"));
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
  for (const char* local : {"localhost", "127.0.0.1", "127.8.0.1", "::1"}) {
    EXPECT_TRUE(IsLoopback(local)) << local;
  }
  for (const char* open : {"0.0.0.0", "::", "10.0.0.1", "example.com", ""}) {
    EXPECT_FALSE(IsLoopback(open)) << open;
  }
}

}  // namespace
}  // namespace cadenza::http
