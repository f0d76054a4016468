#include "alerts/delivery/channel.h"

#include <openssl/evp.h>

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
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_Digest(secret.data(), secret.size(), digest, &length, EVP_sha256(), nullptr);
  std::string text;
  for (unsigned int i = 0; i < 4 && i < length; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

}  // namespace cadenza::alerts
