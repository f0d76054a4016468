#include "alerts/delivery/notice.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "alerts/alert_json.h"
#include "alerts/window_series.h"
#include "base/clock.h"
#include "base/markup.h"

namespace cadenza::alerts {
namespace {

using nlohmann::json;

std::string Dump(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string Headline(const Alert& alert) {
  if (!alert.is_open) {
    return fmt::format("over: {} of {} since {} UTC", KindName(alert.kind), alert.counted,
                       MomentText(alert.opened_ms));
  }
  if (alert.kind == AlertKind::kMissing) {
    return fmt::format("no {} in {} window{}, expected {:.0f}", alert.counted, alert.span_windows,
                       alert.span_windows == 1 ? "" : "s", alert.span_expected);
  }
  const std::string usual = alert.expected > 0
                                ? fmt::format("expected {:.0f}", alert.span_expected)
                                : fmt::format("95 % of recent windows below {:.1f}", alert.high);
  return fmt::format("{} of {}: {} in {} window{}, {}", KindName(alert.kind), alert.counted,
                     alert.span_sessions, alert.span_windows, alert.span_windows == 1 ? "" : "s",
                     usual);
}

std::string Details(const Alert& alert, const std::string& lake) {
  std::string text =
      fmt::format("window {} to {} UTC: {} {}\n", MomentText(alert.window_start_ms),
                  MomentText(alert.window_end_ms).substr(11), alert.sessions, alert.counted);
  if (alert.expected > 0) {
    text += fmt::format("usual then: {:.0f}, from {:.0f} to {:.0f}\n", alert.expected, alert.low,
                        alert.high);
  }
  text += fmt::format("last 12 windows: mean {:.1f}, 95 % below {:.1f}\n", alert.recent_avg,
                      alert.recent_p95);
  if (!alert.series.empty()) text += "only " + alert.series + "\n";
  if (!alert.is_final) text += "the window is not final yet\n";
  return text + fmt::format("rule {}, alert {}, lake {}\n", alert.rule, alert.Id(), lake);
}

std::string Base64(const std::string& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(length));
  return text;
}

/// An encoded word holds 45 bytes at most; a character is not cut.
std::string EncodedHeader(const std::string& text) {
  std::string header;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(at + 45, text.size());
    while (end < text.size() && end > at + 1 && (text[end] & 0xC0) == 0x80) --end;
    header +=
        (header.empty() ? "" : "\r\n ") + ("=?UTF-8?B?" + Base64(text.substr(at, end - at))) + "?=";
    at = end;
  }
  return header;
}

std::string MailDate(int64_t ms) { return UtcText(ms, "%a, %d %b %Y %H:%M:%S +0000"); }

}  // namespace

Notice NoticeOf(const Alert& alert, const std::string& lake) {
  json object = ToJson(alert);
  object["lake"] = lake;
  return {alert.Id(), std::string(alert.State()), Headline(alert), Details(alert, lake),
          Dump(object)};
}

Notice NoticeOf(const JobFailure& failure) {
  const std::string id = fmt::format("failure-{}-{}", failure.command, failure.at_ms);
  const json object = {{"alert_id", id},
                       {"state", "failed"},
                       {"kind", "failure"},
                       {"command", failure.command},
                       {"lake", failure.lake.empty() ? json() : json(failure.lake)},
                       {"error", failure.message},
                       {"at", IsoText(failure.at_ms)}};
  return {id, "failed", fmt::format("cadenza {} failed", failure.command),
          fmt::format("{}\n{} UTC{}{}\n", failure.message, MomentText(failure.at_ms),
                      failure.lake.empty() ? "" : ", lake ", failure.lake),
          Dump(object)};
}

Notice TestNotice(int64_t now_ms) {
  const std::string id = fmt::format("test-{}", now_ms);
  return {id, "test", "a test of cadenza alerts",
          "Whoever reads this gets the alerts of Cadenza.\n",
          Dump({{"alert_id", id}, {"state", "test"}, {"kind", "test"}, {"at", IsoText(now_ms)}})};
}

std::string SlackJson(const Notice& notice) {
  constexpr size_t kTextMax = 2500;  // Slack takes 3,000 characters, escaped as markup is
  const std::string title = MarkupText("Cadenza: " + notice.title);
  const json section = {
      {"type", "section"},
      {"text",
       {{"type", "mrkdwn"},
        {"text", "*" + title + "*\n" + MarkupText(notice.text.substr(0, kTextMax))}}}};
  return Dump({{"text", title}, {"blocks", json::array({section})}});
}

namespace {

/// In lines of the length that mail allows.
std::string Base64Lines(const std::string& bytes) {
  const std::string whole = Base64(bytes);
  std::string lines;
  constexpr size_t kLineMax = 76;
  for (size_t at = 0; at < whole.size(); at += kLineMax) {
    lines += whole.substr(at, kLineMax) + "\r\n";
  }
  return lines;
}

std::string MailPart(const std::string& type, const std::string& bytes) {
  return fmt::format("Content-Type: {}\r\nContent-Transfer-Encoding: base64\r\n\r\n{}", type,
                     Base64Lines(bytes));
}

std::string MailBody(const Notice& notice) {
  if (notice.html.empty()) {
    return MailPart("text/plain; charset=utf-8", notice.text + "\n" + notice.json + "\n");
  }
  // No line of base64 has an underscore.
  constexpr const char* kBorder = "cadenza_report_part";
  return fmt::format(
      "Content-Type: multipart/mixed; boundary={0}\r\n\r\n--{0}\r\n{1}--{0}\r\n"
      "Content-Disposition: attachment; filename=\"{2}\"\r\n{3}--{0}--\r\n",
      kBorder, MailPart("text/html; charset=utf-8", notice.html), notice.file_name,
      MailPart("text/html; charset=utf-8", notice.file));
}

}  // namespace

std::string MailText(const Notice& notice, const std::string& from,
                     const std::vector<std::string>& to, int64_t now_ms) {
  return fmt::format(
      "Date: {}\r\nFrom: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <{}@cadenza>\r\n"
      "X-Cadenza-Alert: {}\r\nMIME-Version: 1.0\r\n{}",
      MailDate(now_ms), from, fmt::join(to, ", "), EncodedHeader("Cadenza: " + notice.title),
      Base64(notice.Key()), EncodedHeader(notice.Key()), MailBody(notice));
}

}  // namespace cadenza::alerts
