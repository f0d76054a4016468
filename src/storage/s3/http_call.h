#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace cadenza::s3 {

/// What signs a request; empty access_key_id: it goes unsigned.
struct Signature {
  std::string access_key_id;
  std::string secret_access_key;
  std::string region;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string_view body;  ///< of a PUT or POST
  std::string range;      ///< "0-99", or empty
  Signature signature;
  int64_t time_limit_ms = 0;  ///< for the whole of it; 0 = none but that of a silent connection
};

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  std::string Header(const std::string& name) const;
};

/// How an exchange failed before there was an answer.
struct HttpFailure {
  std::string reason;
  bool reached = true;       ///< false: nobody listens there, or the name is unknown
  bool interrupted = false;  ///< the user does not want to wait
};

/// HTTP over connections that are kept for the next call. Thread-safe.
class HttpCaller {
 public:
  /// `interrupted` is asked while waiting; may be empty.
  explicit HttpCaller(std::function<bool()> interrupted);
  ~HttpCaller();
  HttpCaller(const HttpCaller&) = delete;
  HttpCaller& operator=(const HttpCaller&) = delete;

  /// One exchange, without repetition. False: there was no answer, and *failure says why.
  bool Call(const HttpRequest& request, HttpResponse* response, HttpFailure* failure);

 private:
  class Pool;
  std::unique_ptr<Pool> pool_;
  std::function<bool()> interrupted_;
};

}  // namespace cadenza::s3
