#include "alerts/delivery/channel.h"

#include "base/digest.h"

namespace cadenza::alerts {

Result<std::vector<std::unique_ptr<Channel>>> OpenChannels(const DeliveryOptions& options) {
  std::vector<std::unique_ptr<Channel>> channels;
  for (const std::string& url : options.webhooks) {
    CADENZA_ASSIGN(std::unique_ptr<Channel> webhook, OpenWebhook(url, options.time_limit_ms));
    channels.push_back(std::move(webhook));
  }
  if (!options.mail.to.empty()) {
    CADENZA_ASSIGN(std::unique_ptr<Channel> mail, OpenMail(options.mail, options.time_limit_ms));
    channels.push_back(std::move(mail));
  }
  for (const std::string& command : options.commands) {
    channels.push_back(OpenCommand(command, options.time_limit_ms));
  }
  return channels;
}

std::string Fingerprint(const std::string& secret) {
  constexpr size_t kDigits = 8;
  return ToHex(Sha256(secret)).substr(0, kDigits);
}

}  // namespace cadenza::alerts
