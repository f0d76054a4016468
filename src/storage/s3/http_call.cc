#include "storage/s3/http_call.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "storage/s3/certificates.h"

namespace cadenza::s3 {
namespace {

constexpr long kConnectSeconds = 10;
/// A connection on which nothing moves for so long is given up.
constexpr long kSilentSeconds = 30;

struct HeaderList {
  curl_slist* first = nullptr;
  ~HeaderList() { curl_slist_free_all(first); }
  void Add(const std::string& line) { first = curl_slist_append(first, line.c_str()); }
};

struct Upload {
  std::string_view bytes;
  size_t at = 0;
};

size_t ReadBody(char* into, size_t size, size_t count, void* user) {
  auto* upload = static_cast<Upload*>(user);
  const size_t taken = std::min(size * count, upload->bytes.size() - upload->at);
  std::memcpy(into, upload->bytes.data() + upload->at, taken);
  upload->at += taken;
  return taken;
}

int SeekBody(void* user, curl_off_t offset, int origin) {
  auto* upload = static_cast<Upload*>(user);
  if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_CANTSEEK;
  upload->at = std::min(static_cast<size_t>(offset), upload->bytes.size());
  return CURL_SEEKFUNC_OK;
}

size_t WriteBody(const char* bytes, size_t size, size_t count, void* user) {
  static_cast<HttpResponse*>(user)->body.append(bytes, size * count);
  return size * count;
}

size_t ReadHeader(const char* bytes, size_t size, size_t count, void* user) {
  auto* response = static_cast<HttpResponse*>(user);
  std::string_view line(bytes, size * count);
  if (line.starts_with("HTTP/")) response->headers.clear();  // of a 100 Continue before
  const size_t colon = line.find(':');
  if (colon != line.npos) {
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    std::string_view value = line.substr(colon + 1);
    const size_t first = std::min(value.find_first_not_of(" \t"), value.size());
    value.remove_prefix(first);
    while (!value.empty() && std::strchr("\r\n \t", value.back())) value.remove_suffix(1);
    response->headers[name] = value;
    if (name == "content-length") {
      // One allocation for the body; a lying server gets no more than this.
      constexpr size_t kReserveMax = size_t{64} << 20;
      response->body.reserve(
          std::min<size_t>(std::strtoull(std::string(value).c_str(), nullptr, 10), kReserveMax));
    }
  }
  return size * count;
}

int OnProgress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto* interrupted = static_cast<const std::function<bool()>*>(user);
  return *interrupted && (*interrupted)() ? 1 : 0;
}

void SetUp(CURL* curl, const HttpRequest& request, HttpResponse* response,
           const std::function<bool()>* interrupted) {
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kSilentSeconds);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.time_limit_ms));
  curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, 256L << 10);
  curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, 256L << 10);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, WriteBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, response);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, ReadHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, response);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, OnProgress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, interrupted);
  if (request.url.starts_with("https:")) {
    const std::string bundle = CertificateBundle();
    if (!bundle.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, bundle.c_str());
  }
  if (!request.range.empty()) curl_easy_setopt(curl, CURLOPT_RANGE, request.range.c_str());
}

void SetMethod(CURL* curl, const HttpRequest& request, Upload* upload) {
  if (request.method == "PUT" || request.method == "POST") {
    if (request.method == "POST") curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "POST");
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, ReadBody);
    curl_easy_setopt(curl, CURLOPT_READDATA, upload);
    curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, SeekBody);
    curl_easy_setopt(curl, CURLOPT_SEEKDATA, upload);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  } else if (request.method != "GET") {
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

void Sign(CURL* curl, const Signature& signature) {
  if (signature.access_key_id.empty()) return;
  const std::string scheme = "aws:amz:" + signature.region + ":s3";
  curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, scheme.c_str());
  curl_easy_setopt(curl, CURLOPT_USERNAME, signature.access_key_id.c_str());
  curl_easy_setopt(curl, CURLOPT_PASSWORD, signature.secret_access_key.c_str());
}

}  // namespace

std::string HttpResponse::Header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

/// Idle handles, each with its open connections.
class HttpCaller::Pool {
 public:
  Pool() {
    static const CURLcode kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
    (void)kReady;
  }
  ~Pool() {
    for (CURL* curl : idle_) curl_easy_cleanup(curl);
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  CURL* Take() {
    const std::scoped_lock lock(mutex_);
    if (idle_.empty()) return curl_easy_init();
    CURL* curl = idle_.back();
    idle_.pop_back();
    return curl;
  }
  void Return(CURL* curl) {
    curl_easy_reset(curl);  // forgets options and credentials, keeps the connections
    const std::scoped_lock lock(mutex_);
    idle_.push_back(curl);
  }

 private:
  std::mutex mutex_;
  std::vector<CURL*> idle_;
};

HttpCaller::HttpCaller(std::function<bool()> interrupted)
    : pool_(std::make_unique<Pool>()), interrupted_(std::move(interrupted)) {}
HttpCaller::~HttpCaller() = default;

bool HttpCaller::Call(const HttpRequest& request, HttpResponse* response, HttpFailure* failure) {
  *response = HttpResponse();
  CURL* curl = pool_->Take();
  if (curl == nullptr) {
    *failure = {.reason = "libcurl cannot be started"};
    return false;
  }
  HeaderList headers;
  for (const auto& [name, value] : request.headers) headers.Add(name + ": " + value);
  headers.Add("Expect:");
  Upload upload{request.body};
  SetUp(curl, request, response, &interrupted_);
  SetMethod(curl, request, &upload);
  Sign(curl, request.signature);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.first);
  const CURLcode code = curl_easy_perform(curl);
  long status = 0, system_error = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &system_error);
  response->status = static_cast<int>(status);
  pool_->Return(curl);
  if (code == CURLE_OK) return true;
  const bool trusted = code != CURLE_PEER_FAILED_VERIFICATION && code != CURLE_SSL_CACERT_BADFILE;
  *failure = {.reason = curl_easy_strerror(code),
              .reached = code != CURLE_COULDNT_CONNECT && code != CURLE_COULDNT_RESOLVE_HOST &&
                         code != CURLE_COULDNT_RESOLVE_PROXY && code != CURLE_URL_MALFORMAT &&
                         trusted,
              .interrupted = code == CURLE_ABORTED_BY_CALLBACK};
  if (code == CURLE_COULDNT_CONNECT && system_error != 0) {
    failure->reason = std::strerror(static_cast<int>(system_error));
    failure->reason[0] =
        static_cast<char>(std::tolower(static_cast<unsigned char>(failure->reason[0])));
  }
  if (!trusted) failure->reason += " (" + CertificateHint() + ")";
  return false;
}

}  // namespace cadenza::s3
