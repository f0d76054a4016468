#include "http/request.h"

#include <gtest/gtest.h>

namespace cadenza::http {
namespace {

TEST(RequestTest, TargetsAreDecoded) {
  const auto target =
      ParseTarget("/api/v1/tables/gold.listening?limit=10&where=plays%20%3E+3&x&=y");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->path, "/api/v1/tables/gold.listening");
  const std::vector<std::pair<std::string, std::string>> query = {
      {"limit", "10"}, {"where", "plays > 3"}, {"x", ""}, {"", "y"}};
  EXPECT_EQ(target->query, query);
  EXPECT_EQ(ParseTarget("/")->path, "/");
  EXPECT_EQ(ParseTarget("/a+b/%C3%A9")->path, "/a+b/é");
  EXPECT_EQ(ParseTarget("/a%2Db")->path, "/a-b");
}

TEST(RequestTest, WhatACarefulServerDoesNotAnswer) {
  for (const char* target : {"",         "a",        "http://a/", "*",           "/..",
                             "/a/../b",  "/a/.",     "/%2e%2e/b", "/.%2E",       "/a%2fb",
                             "/a%2Fb",   "/a%5Cb",   "/a\\b",     "/a%00",       "/a%0Ab",
                             "/a%7F",    "/a%",      "/a%4",      "/a%zz",       "/a?b=%",
                             "/a?b=%00", "/a?%00=1", "/%ff",      "/a?b=%c0%af", "/a?b=%ed%a0%80",
                             "/a#b"}) {
    EXPECT_FALSE(ParseTarget(target).ok()) << target;
  }
  std::string many = "/a?";
  for (int i = 0; i < 300; ++i) many += "b&";
  EXPECT_FALSE(ParseTarget(many).ok());
}

TEST(RequestTest, Cookies) {
  Request request;
  request.headers["cookie"] = "a=1; session=x=y;b=2";
  EXPECT_EQ(request.Cookie("session"), "x=y");
  EXPECT_EQ(request.Cookie("b"), "2");
  EXPECT_EQ(request.Cookie("c"), "");
  EXPECT_EQ(Request().Cookie("a"), "");
}

}  // namespace
}  // namespace cadenza::http
