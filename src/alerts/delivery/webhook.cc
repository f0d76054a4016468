#include "alerts/delivery/transfer.h"

namespace cadenza::alerts {
namespace {

/// POSTs JSON as Slack's incoming webhooks take it. The address is a secret.
class Webhook final : public Channel {
 public:
  Webhook(std::string url, std::string name, int64_t time_limit_ms)
      : url_(std::move(url)), name_(std::move(name)), time_limit_ms_(time_limit_ms) {}

  const std::string& name() const override { return name_; }

  SendResult Send(const Notice& notice) override {
    const CurlHandle curl = MakeTransfer(url_, time_limit_ms_);
    if (!curl) return {false, true, "no memory"};
    const std::string body = SlackJson(notice);
    CurlList headers;
    headers.Add("Content-Type: application/json; charset=utf-8");
    headers.Add("Idempotency-Key: " + notice.Key());
    // Without this curl would wait a second for a "100 Continue" that few servers send.
    headers.Add("Expect:");
    curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.first);
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    const CURLcode code = curl_easy_perform(curl.get());
    if (code != CURLE_OK) return {false, true, FailureText(code)};
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300) return {true, false, ""};
    const bool passes = status >= 500 || status == 408 || status == 425 || status == 429;
    return {false, passes, fmt::format("HTTP {}", status)};
  }

 private:
  std::string url_, name_;
  int64_t time_limit_ms_;
};

/// Scheme and host of an address without what may be secret in it.
std::string HostOf(const std::string& url) {
  const size_t begin = url.find("://") + 3;
  std::string host = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  return host.substr(host.rfind('@') + 1);
}

}  // namespace

Result<std::unique_ptr<Channel>> OpenWebhook(const std::string& url, int64_t time_limit_ms) {
  const bool is_http = url.starts_with("http://") || url.starts_with("https://");
  if (!is_http || HostOf(url).empty()) {
    return MakeError(ErrorKind::kUsage,
                     "a webhook begins with https:// or http://, unlike the one with the hash {}",
                     Fingerprint(url));
  }
  std::string name = fmt::format("webhook {} #{}", HostOf(url), Fingerprint(url));
  return std::unique_ptr<Channel>(std::make_unique<Webhook>(url, std::move(name), time_limit_ms));
}

}  // namespace cadenza::alerts
