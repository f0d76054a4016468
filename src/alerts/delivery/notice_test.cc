#include "alerts/delivery/notice.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "alerts/delivery/channel.h"

namespace cadenza::alerts {
namespace {

using nlohmann::json;

Alert MadeAlert() {
  Alert alert;
  alert.rule = "seasonal";
  alert.kind = AlertKind::kDrop;
  alert.series = "country=<DE> & \"CH\"";
  alert.opened_ms = alert.window_start_ms = 1'754'952'600'000;
  alert.window_end_ms = alert.window_start_ms + 300'000;
  alert.sessions = alert.span_sessions = 40;
  alert.expected = alert.span_expected = 163.4;
  return alert;
}

TEST(NoticeTest, SlackMarkupIsEscaped) {
  const json body = json::parse(SlackJson(NoticeOf(MadeAlert(), "lake")));
  EXPECT_EQ(body.at("text"), "Cadenza: drop of sessions: 40 in 1 window, expected 163");
  const std::string text = body.at("blocks").at(0).at("text").at("text");
  EXPECT_NE(text.find("country=&lt;DE&gt; &amp; \"CH\""), std::string::npos) << text;
}

TEST(NoticeTest, AGroupCannotAddAHeader) {
  Alert alert = MadeAlert();
  alert.series = "country=x\r\nX-Other: 1";
  const std::string key = NoticeOf(alert, "lake").Key();
  EXPECT_EQ(key.find_first_of("\r\n "), std::string::npos) << key;
  EXPECT_TRUE(key.ends_with("-country=x%0D%0AX-Other%3A%201:opened")) << key;
}

TEST(NoticeTest, JsonHasAllFields) {
  const json object = json::parse(NoticeOf(MadeAlert(), "s3://bucket/lake").json);
  EXPECT_EQ(object.at("alert_id"),
            "seasonal-drop-20250811T2250Z-country=%3CDE%3E%20%26%20%22CH%22");
  EXPECT_EQ(object.at("window_start"), "2025-08-11T22:50:00Z");
  EXPECT_EQ(object.at("lake"), "s3://bucket/lake");
  EXPECT_TRUE(object.at("customers").is_null());
}

TEST(NoticeTest, HeadersOfAMailStayOneLineEach) {
  Notice notice = NoticeOf(JobFailure{"etl", "lake", "cannot read\r\nBcc: x@example.org", 0});
  notice.title +=
      "\r\nBcc: x@example.org — Grüße, ein sehr langer Betreff, der mehr als ein Wort braucht";
  const std::string mail = MailText(notice, "a@example.org", {"b@example.org"}, 0);
  const std::string head = mail.substr(0, mail.find("\r\n\r\n"));
  EXPECT_EQ(head.find("Bcc"), std::string::npos) << head;
  EXPECT_NE(head.find("Date: Thu, 01 Jan 1970 00:00:00 +0000"), std::string::npos);
  for (size_t at = 0; at < mail.size();) {
    const size_t end = std::min(mail.find("\r\n", at), mail.size());
    EXPECT_LE(end - at, 100U);
    at = end + 2;
  }
}

TEST(ChannelTest, NamesTellApartAndShowNoSecret) {
  const auto first = OpenWebhook("https://hooks.example.org/services/T1/SECRET", 1000);
  const auto second = OpenWebhook("https://user:SECRET@hooks.example.org/services/T2", 1000);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_TRUE((*first)->name().starts_with("webhook hooks.example.org #"));
  EXPECT_NE((*first)->name(), (*second)->name());
  EXPECT_EQ((*second)->name().find("SECRET"), std::string::npos);
  EXPECT_EQ(OpenCommand("TOKEN=SECRET notify", 1000)->name().find("SECRET"), std::string::npos);
  const auto wrong = OpenWebhook("hooks.example.org/services/SECRET", 1000);
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().message.find("SECRET"), std::string::npos);
}

TEST(ChannelTest, WrongMailAddressesAreRefused) {
  const MailOptions good{"smtp://127.0.0.1:25", "a@example.org", {"b@example.org"}, "", "", false};
  EXPECT_TRUE(OpenMail(good, 1000).ok());
  MailOptions wrong = good;
  wrong.to = {"b@example.org>\r\nRCPT TO:<c@example.org"};
  EXPECT_FALSE(OpenMail(wrong, 1000).ok());
  wrong = good;
  wrong.server = "http://127.0.0.1";
  EXPECT_FALSE(OpenMail(wrong, 1000).ok());
}

TEST(CommandTest, GetsTheJsonAndItsExitCodeCounts) {
  const Notice notice = NoticeOf(MadeAlert(), "lake");
  EXPECT_TRUE(OpenCommand("grep -q '\"kind\":\"drop\"'", 5000)->Send(notice).delivered);
  EXPECT_FALSE(OpenCommand("grep -q '\"kind\":\"spike\"'", 5000)->Send(notice).delivered);
  EXPECT_EQ(OpenCommand("exit 7", 5000)->Send(notice).detail, "exit code 7");
  EXPECT_TRUE(OpenCommand("true", 5000)->Send(notice).delivered) << "it need not read";
  const SendResult slow = OpenCommand("sleep 60", 200)->Send(notice);
  EXPECT_FALSE(slow.delivered);
  EXPECT_TRUE(slow.try_again);
}

}  // namespace
}  // namespace cadenza::alerts
