#include "alerts/delivery/transfer.h"

#include "http/certificates.h"

namespace cadenza::alerts {
namespace {

size_t Ignore(const char*, size_t size, size_t count, void*) { return size * count; }

}  // namespace

CurlHandle MakeTransfer(const std::string& url, int64_t time_limit_ms) {
  static const CURLcode kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)kReady;
  CurlHandle curl(curl_easy_init(), [](CURL* handle) { curl_easy_cleanup(handle); });
  if (!curl) return curl;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(time_limit_ms));
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, Ignore);
  // AWS_CA_BUNDLE is not asked: it is for a private store, and these are other people's servers.
  const std::string bundle = http::CertificateBundle();
  if (!bundle.empty()) curl_easy_setopt(curl.get(), CURLOPT_CAINFO, bundle.c_str());
  return curl;
}

std::string FailureText(CURLcode code) {
  // The text of curl's own, since its detailed messages may hold parts of the address.
  std::string text = curl_easy_strerror(code);
  if (code != CURLE_PEER_FAILED_VERIFICATION && code != CURLE_SSL_CACERT_BADFILE) return text;
  const std::string bundle = http::CertificateBundle();
  if (bundle.empty()) {
    return text +
           "; this machine has no certificates: install ca-certificates, or name a file of them in "
           "SSL_CERT_FILE";
  }
  return fmt::format("{}; checked against {}, SSL_CERT_FILE names another file", text, bundle);
}

}  // namespace cadenza::alerts
