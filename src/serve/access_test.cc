#include "serve/access.h"

#include <gtest/gtest.h>

#include "engine/test_engine.h"

namespace cadenza::serve {
namespace {

class AccessTest : public testing::Test {
 protected:
  AccessTest() : path_(folder_.File("users.toml")) {
    Users users;
    EXPECT_TRUE(users.Add(User{"ana", Role::kAnalyst, *MakeVerifier("secret-1")}).ok());
    EXPECT_TRUE(users.Add(Token{"grafana", Role::kViewer, TokenHash("cdz_t"), 5'000'000}).ok());
    EXPECT_TRUE(users.Save(path_).ok());
    AccessOptions options;
    options.users_file = path_;
    options.only_this_machine = false;
    options.now_ms = [this] { return now_ms_; };
    access_ = Access::Open(std::move(options)).value();
    access_->AddRoutes([this](http::Route route) { router_.Add(std::move(route)); });
    http::Route route;
    route.path = "/who";
    route.handler = [](const http::Request& r) {
      return http::TextReply(200, r.user + " " + r.role);
    };
    router_.Add(route);
    route.method = "POST";
    router_.Add(route);
    router_.SetGate([this](http::Request* request, const http::Route* found) {
      return access_->Check(request, found);
    });
  }
  static http::Request Ask(const char* method, const char* path,
                           std::map<std::string, std::string> headers) {
    http::Request request;
    request.method = method;
    request.target.path = path;
    request.headers = std::move(headers);
    request.headers.emplace("host", "lake.example:8765");
    request.peer = "10.0.0.1";
    return request;
  }
  http::Reply LogIn(const char* password) {
    http::Request request = Ask("POST", "/api/v1/login", {});
    request.body = R"({"user":"ana","password":")" + std::string(password) + "\"}";
    return router_.Answer(request);
  }

  engine::TestFolder folder_;
  const std::string path_;
  int64_t now_ms_ = 1'000'000;
  std::unique_ptr<Access> access_;
  http::Router router_;
};

TEST_F(AccessTest, NobodyComesInWithoutAToken) {
  EXPECT_EQ(router_.Answer(Ask("GET", "/who", {})).status, 401);
  EXPECT_EQ(router_.Answer(Ask("GET", "/nothing", {})).status, 401) << "not told what is there";
  EXPECT_EQ(router_.Answer(Ask("GET", "/who", {{"authorization", "Bearer cdz_x"}})).status, 401);
  EXPECT_EQ(router_.Answer(Ask("GET", "/who", {{"authorization", "Bearer cdz_t"}})).body,
            "grafana viewer");
  now_ms_ = 6'000'000;
  EXPECT_EQ(router_.Answer(Ask("GET", "/who", {{"authorization", "Bearer cdz_t"}})).status, 401);
  const http::Reply page = router_.Answer(Ask("GET", "/who", {{"accept", "text/html"}}));
  EXPECT_EQ(page.status, 303);
  EXPECT_EQ(page.Header("Location"), "/login?next=%2Fwho");
}

TEST_F(AccessTest, ALoginIsACookieThatOnlyThisSiteSends) {
  const http::Reply in = LogIn("secret-1");
  ASSERT_EQ(in.status, 200);
  const std::string set = in.Header("Set-Cookie");
  EXPECT_NE(set.find("HttpOnly; SameSite=Strict"), std::string::npos) << set;
  const std::string cookie = set.substr(0, set.find(';'));
  EXPECT_EQ(router_.Answer(Ask("GET", "/who", {{"cookie", cookie}})).body, "ana analyst");
  EXPECT_EQ(router_.Answer(Ask("POST", "/who", {{"cookie", cookie}})).status, 403);
  EXPECT_EQ(
      router_.Answer(Ask("POST", "/who", {{"cookie", cookie}, {"origin", "http://evil.example"}}))
          .status,
      403);
  EXPECT_EQ(
      router_
          .Answer(Ask("POST", "/who", {{"cookie", cookie}, {"origin", "http://lake.example:8765"}}))
          .status,
      200);
  router_.Answer(
      Ask("POST", "/api/v1/logout", {{"cookie", cookie}, {"origin", "http://lake.example:8765"}}));
  EXPECT_EQ(router_.Answer(Ask("GET", "/who", {{"cookie", cookie}})).status, 401);
}

TEST_F(AccessTest, WrongPasswordsCostTime) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(LogIn("wrong").status, 401);
  EXPECT_EQ(LogIn("secret-1").status, 429) << "not even the right one";
  now_ms_ += 1'001;
  EXPECT_EQ(LogIn("wrong").status, 401);
  now_ms_ += 1'001;
  EXPECT_EQ(LogIn("secret-1").status, 429) << "longer each time";
  now_ms_ += 1'001;
  EXPECT_EQ(LogIn("secret-1").status, 200);
}

TEST_F(AccessTest, WhoIsRemovedIsOutAtOnce) {
  const std::string cookie = LogIn("secret-1").Header("Set-Cookie");
  Users nobody;
  ASSERT_TRUE(nobody.Save(path_).ok());
  now_ms_ += 1'000;
  EXPECT_EQ(
      router_.Answer(Ask("GET", "/who", {{"cookie", cookie.substr(0, cookie.find(';'))}})).status,
      401);
  EXPECT_EQ(router_.Answer(Ask("GET", "/who", {{"authorization", "Bearer cdz_t"}})).status, 401);
}

TEST(AccessWithoutUsersTest, AnswersForThisMachineAlone) {
  const auto access = Access::Open({});
  ASSERT_TRUE(access.ok());
  const auto status = [&](const char* host, const char* method, const char* origin) {
    http::Request request;
    request.method = method;
    request.headers["host"] = host;
    if (*origin) request.headers["origin"] = origin;
    const auto refusal = (*access)->Check(&request, nullptr);
    return refusal ? refusal->status : 200;
  };
  for (const char* host : {"localhost", "localhost:8765", "127.0.0.1:8765", "[::1]:8765"}) {
    EXPECT_EQ(status(host, "GET", ""), 200) << host;
  }
  for (const char* host :
       {"evil.example", "evil.example:8765", "127.0.0.1.evil.example", "", "[::2]"}) {
    EXPECT_EQ(status(host, "GET", ""), 421) << host;
  }
  EXPECT_EQ(status("localhost:8765", "POST", "http://evil.example"), 403);
  EXPECT_EQ(status("localhost:8765", "POST", "http://localhost:8765"), 200);
}

}  // namespace
}  // namespace cadenza::serve
