#include "storage/s3/client.h"

#include <pugixml.hpp>

#include "base/clock.h"
#include "base/digest.h"

namespace cadenza::s3 {
namespace {

/// Credentials are renewed so long before they end.
constexpr int64_t kRenewMs = int64_t{5} * 60 * 1000;

enum class Verdict { kDefinite, kRetry, kRefused };

Verdict Judge(const HttpResponse& response, const std::string& code) {
  const int status = response.status;
  if (status >= 200 && status < 300) return Verdict::kDefinite;
  if (status == 412) return Verdict::kDefinite;
  if (status == 404) {
    // A missing bucket and, with some servers, an unknown key id are 404 too.
    return code.empty() || code == "NoSuchKey" ? Verdict::kDefinite : Verdict::kRefused;
  }
  // 409: another conditional write of the same key is under way.
  const bool passing = status >= 500 || status == 408 || status == 409 || status == 429 ||
                       code == "RequestTimeout" || code == "SlowDown";
  return passing ? Verdict::kRetry : Verdict::kRefused;
}

Error Refusal(const Request& request, const HttpResponse& response, const ErrorDocument& document,
              const Access& access) {
  const std::string where = request.address.Text();
  if (document.code == "NoSuchBucket") {
    return MakeError(ErrorKind::kNotFound, "there is no bucket {}: {}", request.address.bucket,
                     where);
  }
  std::string region = response.Header("x-amz-bucket-region");
  if (region.empty()) region = document.region;
  if (!region.empty() && region != access.options.region) {
    return MakeError(ErrorKind::kUsage, "the bucket {} is in another region; use --region {}",
                     request.address.bucket, region);
  }
  std::string why = std::to_string(response.status);
  if (!document.code.empty()) why += " " + document.code;
  if (!document.message.empty()) why += ": " + document.message;
  while (why.ends_with('.')) why.pop_back();
  return MakeError(ErrorKind::kIo, "S3 refuses {} ({}; credentials from {}): {}", request.method,
                   why, access.credentials.origin, where);
}

}  // namespace

ErrorDocument ParseError(const std::string& body) {
  pugi::xml_document document;
  if (!document.load_buffer(body.data(), body.size())) return {};
  const pugi::xml_node error = document.child("Error");
  return {error.child_value("Code"), error.child_value("Message"), error.child_value("Region")};
}

std::string UrlOf(const Address& address, const Options& options) {
  const std::string key = "/" + EncodeKey(address.key);
  // A dot in the bucket's name does not fit the certificate of *.s3.REGION.amazonaws.com.
  const bool dotted = address.bucket.find('.') != std::string::npos;
  const bool in_host = options.url_style == "virtual" && !(options.endpoint.empty() && dotted);
  std::string scheme = "https://";
  std::string host = "s3." + options.region + ".amazonaws.com";
  if (!options.endpoint.empty()) {
    const size_t end = options.endpoint.find("://") + 3;
    scheme = options.endpoint.substr(0, end);
    host = options.endpoint.substr(end);
  }
  if (in_host) return fmt::format("{}{}.{}{}", scheme, address.bucket, host, key);
  return fmt::format("{}{}/{}{}", scheme, host, address.bucket, address.key.empty() ? "" : key);
}

Client::Client(Options options, RetryPolicy policy)
    : given_(std::move(options)), policy_(policy), http_(given_.interrupted) {}

Result<Access> Client::CurrentAccess() {
  const std::scoped_lock lock(mutex_);
  if (!resolved_) {
    CADENZA_ASSIGN(resolved_, Resolve(given_));
  }
  const auto ends_within = [&](int64_t ms) {
    return credentials_->expires_ms != 0 && NowMs() + ms >= credentials_->expires_ms;
  };
  if (!credentials_ || ends_within(kRenewMs)) {
    Result<Credentials> found = FindCredentials(*resolved_, &http_);
    if (found.ok()) {
      credentials_ = std::move(found).value();
    } else if (!credentials_ || ends_within(0)) {
      return found.error();
    }
  }
  return Access{*resolved_, *credentials_};
}

HttpRequest Client::Prepare(const Request& request, const Access& access) const {
  HttpRequest http;
  http.method = request.method;
  http.url = UrlOf(request.address, access.options);
  if (!request.query.empty()) http.url += "?" + request.query;
  http.headers = request.headers;
  http.headers.emplace_back("x-amz-content-sha256", ToHex(Sha256(request.body)));
  if (!access.credentials.session_token.empty()) {
    http.headers.emplace_back("x-amz-security-token", access.credentials.session_token);
  }
  http.body = request.body;
  http.range = request.range;
  http.signature = {access.credentials.access_key_id, access.credentials.secret_access_key,
                    access.options.region};
  return http;
}

Result<Answer> Client::Send(const Request& request) {
  CADENZA_ASSIGN(const Access access, CurrentAccess());
  const HttpRequest http = Prepare(request, access);
  Answer answer;
  for (int attempt = 1;; ++attempt) {
    HttpFailure failure;
    const bool answered = http_.Call(http, &answer.http, &failure);
    int attempts = policy_.attempts;
    std::string reason;
    if (answered) {
      const bool good = answer.http.status >= 200 && answer.http.status < 300;
      const ErrorDocument document = good ? ErrorDocument() : ParseError(answer.http.body);
      const Verdict verdict = Judge(answer.http, document.code);
      if (verdict == Verdict::kDefinite) return answer;
      if (verdict == Verdict::kRefused) return Refusal(request, answer.http, document, access);
      reason = fmt::format("{} {}", answer.http.status, document.code);
    } else {
      reason = failure.reason;
      if (!failure.reached) attempts = policy_.attempts_unreached;
    }
    if (failure.interrupted) return Error{ErrorKind::kInterrupted, "interrupted"};
    if (attempt >= attempts && !failure.reached) {
      const size_t host = http.url.find("://") + 3;
      return MakeError(ErrorKind::kIo, "cannot reach S3 after {} tries ({}): {}", attempt, reason,
                       http.url.substr(0, http.url.find('/', host)));
    }
    if (attempt >= attempts) {
      return MakeError(ErrorKind::kIo, "{} failed {} times, the last time with {}: {}",
                       request.method, attempt, reason, request.address.Text());
    }
    if (!Pause(policy_.PauseMs(attempt, Jitter()), given_.interrupted)) {
      return Error{ErrorKind::kInterrupted, "interrupted"};
    }
  }
}

}  // namespace cadenza::s3
