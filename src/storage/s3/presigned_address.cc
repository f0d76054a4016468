#include "storage/s3/presigned_address.h"

#include <algorithm>

#include "base/clock.h"
#include "base/digest.h"

namespace cadenza::s3 {
namespace {

constexpr int64_t kWeekMs = int64_t{7} * 24 * 3600 * 1000;

/// As clients send it: without a port that is the scheme's own.
std::string HostHeader(std::string_view scheme, std::string host) {
  for (const auto& [usual_scheme, port] : {std::pair("https://", ":443"), {"http://", ":80"}}) {
    if (scheme == usual_scheme && host.ends_with(port)) host.resize(host.find(':'));
  }
  return host;
}

}  // namespace

ReadAddress PresignedAddress(const Address& address, const Access& access, int64_t now_ms,
                             int64_t until_ms) {
  const Credentials& credentials = access.credentials;
  until_ms = std::min(until_ms, now_ms + kWeekMs);
  if (credentials.expires_ms != 0) until_ms = std::min(until_ms, credentials.expires_ms);
  const std::string time = UtcText(now_ms, "%Y%m%dT%H%M%SZ");
  const std::string day = time.substr(0, time.find('T'));
  const std::string scope = fmt::format("{}/{}/s3/aws4_request", day, access.options.region);
  std::string query = fmt::format(
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}&X-Amz-Date={}&X-Amz-Expires={}",
      EncodeQuery(credentials.access_key_id + "/" + scope), time,
      std::max<int64_t>((until_ms - now_ms) / 1000, 1));
  if (!credentials.session_token.empty()) {
    query += "&X-Amz-Security-Token=" + EncodeQuery(credentials.session_token);
  }
  query += "&X-Amz-SignedHeaders=host";

  const std::string url = UrlOf(address, access.options);
  const size_t host = url.find("://") + 3;
  const size_t path = std::min(url.find('/', host), url.size());
  const std::string canonical =
      fmt::format("GET\n{}\n{}\nhost:{}\n\nhost\nUNSIGNED-PAYLOAD", url.substr(path), query,
                  HostHeader(url.substr(0, host), url.substr(host, path - host)));
  const std::string to_sign =
      fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", time, scope, ToHex(Sha256(canonical)));
  std::string key = HmacSha256("AWS4" + credentials.secret_access_key, day);
  for (const std::string& part :
       {access.options.region, std::string("s3"), std::string("aws4_request")}) {
    key = HmacSha256(key, part);
  }
  return {fmt::format("{}?{}&X-Amz-Signature={}", url, query, ToHex(HmacSha256(key, to_sign))),
          until_ms};
}

}  // namespace cadenza::s3
