#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/event_feed.h"

namespace cadenza::http {

/// The answer to a request: a text, a body that is made while it is sent, or a stream of events.
struct Reply {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  /// The body's next piece, empty at the end; called on the workers, one call at a time. After an
  /// error the connection is cut, so that the client sees that something is missing.
  std::function<Result<std::string>()> more;
  /// Of the body, where it is known before `more` has made it: sent without chunks, and told to
  /// HEAD.
  std::optional<int64_t> length;
  /// Server-sent events until the feed ends or the client leaves.
  std::shared_ptr<EventFeed> events;
  std::string after_event;  ///< the last event that the client has seen

  std::string Header(std::string_view name) const;
};

Reply TextReply(int status, std::string text,
                std::string content_type = "text/plain; charset=utf-8");
Reply JsonReply(std::string json);
/// {"error": {"code": …, "message": …, "position": …}}. The code is a word for programs. A position
/// counts the bytes of the text that was sent, from 0.
Reply ErrorReply(int status, const std::string& code, const std::string& message,
                 std::optional<int64_t> position = std::nullopt);
/// By the kind of the error: 400, 404, 409, 503 or 500.
Reply ErrorReply(const Error& error);
/// 429 or 503 with Retry-After.
Reply LaterReply(int status, const std::string& code, const std::string& message, int seconds);

/// A JSON string with its quotes; bytes that are no UTF-8 become U+FFFD.
std::string JsonText(std::string_view text);

}  // namespace cadenza::http
