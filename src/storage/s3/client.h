#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "storage/s3/address.h"
#include "storage/s3/credentials.h"
#include "storage/s3/http_call.h"
#include "storage/s3/retry.h"

namespace cadenza::s3 {

struct Request {
  std::string method = "GET";
  Address address;
  std::string query;  ///< encoded, its keys in order, as signatures want it
  std::vector<std::pair<std::string, std::string>> headers;
  std::string_view body;
  std::string range;
};

/// A definite answer: done, no such object (404), or the condition of a PUT did not hold (412).
struct Answer {
  HttpResponse http;

  bool absent() const { return http.status == 404; }
};

/// Where requests go and by whose right, e.g. for another client of the same store.
struct Access {
  Options options;
  Credentials credentials;
};

/// Speaks S3: signs requests, and repeats them with back-off after 5xx, SlowDown, cut or silent
/// connections. Nothing is looked up before the first request. Thread-safe.
/// Errors: kNotFound for a missing bucket, kUsage for missing credentials or settings that cannot
/// be, kIo for refusals and for a server that keeps failing. No message holds a secret.
class Client {
 public:
  explicit Client(Options options, RetryPolicy policy = {});

  Result<Answer> Send(const Request& request);
  /// Resolved; credentials that expire are asked for again in time.
  Result<Access> CurrentAccess();
  const std::function<bool()>& interrupted() const { return given_.interrupted; }

 private:
  HttpRequest Prepare(const Request& request, const Access& access) const;

  const Options given_;
  const RetryPolicy policy_;
  HttpCaller http_;
  std::mutex mutex_;
  std::optional<Options> resolved_;
  std::optional<Credentials> credentials_;
};

/// The URL of an object (or of a bucket, for an empty key).
std::string UrlOf(const Address& address, const Options& options);

/// Code and message of an S3 error document; both empty when it is none.
struct ErrorDocument {
  std::string code;
  std::string message;
  std::string region;  ///< where the bucket is, if the server says so
};
ErrorDocument ParseError(const std::string& body);

}  // namespace cadenza::s3
