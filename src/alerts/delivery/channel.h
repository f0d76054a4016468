#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "alerts/delivery/notice.h"
#include "base/result.h"

namespace cadenza::alerts {

/// How one attempt ended.
struct SendResult {
  bool delivered = false;
  bool try_again = true;  ///< false: it would be refused again
  std::string detail;     ///< why not; never a secret
};

/// A way to people. Not thread-safe.
class Channel {
 public:
  virtual ~Channel() = default;
  /// What tells it from others, without secrets: in messages and in ops.deliveries.
  virtual const std::string& name() const = 0;
  virtual SendResult Send(const Notice& notice) = 0;
};

struct MailOptions {
  std::string server;  ///< smtp://host:port or smtps://host:port
  std::string from;
  std::vector<std::string> to;
  std::string user, password;
  bool needs_tls = false;  ///< of smtp://: refuse a server without STARTTLS
};

/// Where notices go. Webhook addresses and passwords are secrets: no name, detail or error has
/// them.
struct DeliveryOptions {
  std::vector<std::string> webhooks;
  MailOptions mail;
  std::vector<std::string> commands;  ///< run by the shell, the notice's JSON on standard input
  int64_t time_limit_ms = 10'000;     ///< of one attempt
  int64_t tries = 3;                  ///< attempts at once; later checks go on
  int64_t pause_ms = 1'000;           ///< before the second; doubled for each further one

  bool empty() const { return webhooks.empty() && mail.to.empty() && commands.empty(); }
};

/// kUsage for addresses that cannot be.
Result<std::vector<std::unique_ptr<Channel>>> OpenChannels(const DeliveryOptions& options);

// One each; what OpenChannels puts together.
Result<std::unique_ptr<Channel>> OpenWebhook(const std::string& url, int64_t time_limit_ms);
Result<std::unique_ptr<Channel>> OpenMail(const MailOptions& options, int64_t time_limit_ms);
std::unique_ptr<Channel> OpenCommand(const std::string& command, int64_t time_limit_ms);

/// The first eight digits of a hash: tells secrets from each other without showing them.
std::string Fingerprint(const std::string& secret);

}  // namespace cadenza::alerts
