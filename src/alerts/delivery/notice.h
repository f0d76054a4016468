#pragma once

#include <string>
#include <vector>

#include "alerts/alert.h"

namespace cadenza::alerts {

/// What is told to people: of an alert that opened or closed, or of a job that failed.
struct Notice {
  std::string alert_id;
  std::string state;  ///< opened, closed, failed; test
  std::string title;  ///< one line
  std::string text;   ///< some lines
  std::string json;   ///< all fields, one object on one line
  // Of a report, for mail alone: what a mail program shows, and the whole as a file.
  std::string html = {};
  std::string file_name = {};
  std::string file = {};

  /// The same for each attempt, so that a receiver can drop what it has already.
  std::string Key() const { return alert_id + ":" + state; }
};

Notice NoticeOf(const Alert& alert, const std::string& lake);

struct JobFailure {
  std::string command;  ///< etl, kpi, stream
  std::string lake;     ///< may be empty
  std::string message;
  int64_t at_ms = 0;
};
Notice NoticeOf(const JobFailure& failure);
/// For `cadenza alerts test`.
Notice TestNotice(int64_t now_ms);

/// The body that Slack's incoming webhooks take, and others after their model: a text for the
/// notification, blocks for the message. Markup characters are escaped as Slack asks.
std::string SlackJson(const Notice& notice);

/// An RFC 5322 message, UTF-8 in base64, with CRLF line ends. A report's has two parts: its HTML,
/// and its file.
std::string MailText(const Notice& notice, const std::string& from,
                     const std::vector<std::string>& to, int64_t now_ms);

}  // namespace cadenza::alerts
