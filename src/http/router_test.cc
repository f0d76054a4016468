#include "http/router.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace cadenza::http {
namespace {

Route Named(const char* method, const char* path, const char* name) {
  Route route;
  route.method = method;
  route.path = path;
  route.handler = [name](const Request& request) {
    std::string text = name;
    for (const auto& [key, value] : request.parameters) text += " " + key + "=" + value;
    return TextReply(200, text);
  };
  return route;
}

Request Ask(const char* method, const char* path) {
  Request request;
  request.method = method;
  request.target.path = path;
  return request;
}

TEST(RouterTest, AHandlerThatThrowsCostsItsRequestAlone) {
  Router router;
  router.Add({.path = "/bad",
              .handler = [](const Request&) -> Reply { throw std::runtime_error("no such key"); }});
  router.SetFinish([](const Request&, Reply* reply) { reply->headers.emplace_back("X", "seen"); });
  const Reply reply = router.Answer(Ask("GET", "/bad"));
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.Header("X"), "seen");
}

TEST(RouterTest, PathsAndMethods) {
  Router router;
  router.Add(Named("GET", "/", "home"));
  router.Add(Named("GET", "/tables", "tables"));
  router.Add(Named("GET", "/tables/{table}", "table"));
  router.Add(Named("POST", "/tables/{table}", "change"));
  router.Add(Named("GET", "/assets/{path*}", "asset"));
  const auto body = [&](const char* method, const char* path) {
    return router.Answer(Ask(method, path)).body;
  };
  EXPECT_EQ(body("GET", "/"), "home");
  EXPECT_EQ(body("GET", "/tables"), "tables");
  EXPECT_EQ(body("GET", "/tables/users"), "table table=users");
  EXPECT_EQ(body("POST", "/tables/users"), "change table=users");
  EXPECT_EQ(body("GET", "/assets/js/a.mjs"), "asset path=js/a.mjs");
  EXPECT_EQ(router.Answer(Ask("GET", "/tables/")).status, 404);
  EXPECT_EQ(router.Answer(Ask("GET", "/tables/a/b")).status, 404);
  const Reply wrong = router.Answer(Ask("PUT", "/tables/users"));
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.Header("Allow"), "GET, POST");
}

TEST(RouterTest, TheGateStandsBeforeEverything) {
  Router router;
  router.Add(Named("GET", "/a", "a"));
  router.SetGate([](Request* request, const Route* route) -> std::optional<Reply> {
    if (request->Header("host") != "localhost") return ErrorReply(421, "wrong_host", "no");
    request->user = route ? "ana" : "nobody";
    return std::nullopt;
  });
  router.SetFinish([](const Request& request, Reply* reply) {
    reply->headers.emplace_back("X-User", request.user);
  });
  EXPECT_EQ(router.Answer(Ask("GET", "/a")).status, 421);
  Request local = Ask("GET", "/a");
  local.headers["host"] = "localhost";
  EXPECT_EQ(router.Answer(local).Header("X-User"), "ana");
}

TEST(RouterTest, ErrorsAreJsonWhateverTheySay) {
  const Reply reply = ErrorReply(400, "bad_sql", "near \"\n\xff", 7);
  EXPECT_EQ(
      reply.body,
      "{\"error\":{\"code\":\"bad_sql\",\"message\":\"near \\\"\\n\xEF\xBF\xBD\",\"position\":7}}");
}

}  // namespace
}  // namespace cadenza::http
