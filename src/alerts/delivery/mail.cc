#include <algorithm>

#include "alerts/delivery/transfer.h"
#include "base/clock.h"

namespace cadenza::alerts {
namespace {

struct Upload {
  std::string text;
  size_t at = 0;
};

size_t ReadUpload(char* into, size_t size, size_t count, void* user) {
  auto* upload = static_cast<Upload*>(user);
  const size_t taken = std::min(size * count, upload->text.size() - upload->at);
  upload->text.copy(into, taken, upload->at);
  upload->at += taken;
  return taken;
}

class Mail final : public Channel {
 public:
  Mail(MailOptions options, int64_t time_limit_ms)
      : options_(std::move(options)),
        name_(fmt::format("mail {}", fmt::join(options_.to, ", "))),
        time_limit_ms_(time_limit_ms) {}

  const std::string& name() const override { return name_; }

  SendResult Send(const Notice& notice) override {
    const CurlHandle curl = MakeTransfer(options_.server, time_limit_ms_);
    if (!curl) return {false, true, "no memory"};
    CurlList recipients;
    for (const std::string& to : options_.to) recipients.Add("<" + to + ">");
    const std::string sender = "<" + options_.from + ">";
    Upload upload{MailText(notice, options_.from, options_.to, NowMs())};
    curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl.get(), CURLOPT_USE_SSL,
                     static_cast<long>(options_.needs_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    curl_easy_setopt(curl.get(), CURLOPT_MAIL_FROM, sender.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT, recipients.first);
    if (!options_.user.empty()) {
      curl_easy_setopt(curl.get(), CURLOPT_USERNAME, options_.user.c_str());
      curl_easy_setopt(curl.get(), CURLOPT_PASSWORD, options_.password.c_str());
    }
    curl_easy_setopt(curl.get(), CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_READFUNCTION, ReadUpload);
    curl_easy_setopt(curl.get(), CURLOPT_READDATA, &upload);
    const CURLcode code = curl_easy_perform(curl.get());
    if (code == CURLE_OK) return {true, false, ""};
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    // 5xx of SMTP is "never", 4xx "not now".
    const std::string answer = status > 0 ? fmt::format(" (SMTP {})", status) : "";
    return {false, status < 500, FailureText(code) + answer};
  }

 private:
  MailOptions options_;
  std::string name_;
  int64_t time_limit_ms_;
};

/// An address goes into a header and a command of SMTP as it is.
bool IsAddress(const std::string& text) {
  const size_t at = text.find('@');
  return at != std::string::npos && at > 0 && at + 1 < text.size() &&
         text.find_first_of(" \t\r\n<>,") == std::string::npos;
}

}  // namespace

Result<std::unique_ptr<Channel>> OpenMail(const MailOptions& options, int64_t time_limit_ms) {
  const bool is_smtp =
      options.server.starts_with("smtp://") || options.server.starts_with("smtps://");
  if (!is_smtp || options.server.find('@') != std::string::npos) {
    return MakeError(
        ErrorKind::kUsage,
        "mail needs a server, smtp://HOST:PORT or smtps://HOST:PORT, user and password "
        "apart from it");
  }
  if (!IsAddress(options.from)) {
    return MakeError(ErrorKind::kUsage, "mail needs the address of a sender, not: {}",
                     options.from);
  }
  for (const std::string& to : options.to) {
    if (!IsAddress(to)) return MakeError(ErrorKind::kUsage, "not a mail address: {}", to);
  }
  return std::unique_ptr<Channel>(std::make_unique<Mail>(options, time_limit_ms));
}

}  // namespace cadenza::alerts
