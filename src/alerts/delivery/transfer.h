#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "alerts/delivery/channel.h"

namespace cadenza::alerts {

/// A curl handle with what all channels want of it; nullptr when there is no memory.
using CurlHandle = std::unique_ptr<CURL, void (*)(CURL*)>;
CurlHandle MakeTransfer(const std::string& url, int64_t time_limit_ms);

/// What went wrong, without the address, which may be a secret.
std::string FailureText(CURLcode code);

struct CurlList {
  curl_slist* first = nullptr;
  CurlList() = default;
  ~CurlList() { curl_slist_free_all(first); }
  CurlList(const CurlList&) = delete;
  CurlList& operator=(const CurlList&) = delete;
  void Add(const std::string& line) { first = curl_slist_append(first, line.c_str()); }
};

}  // namespace cadenza::alerts
