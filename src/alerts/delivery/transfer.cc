#include "alerts/delivery/transfer.h"

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
  return curl;
}

}  // namespace cadenza::alerts
