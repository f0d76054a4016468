#include "share/recipients.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/clock.h"

namespace cadenza::share {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kName = "_cadenza/recipients.json";

}  // namespace

bool Matches(std::string_view pattern, std::string_view name) {
  const size_t star = pattern.find('*');
  if (star == pattern.npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  const std::string_view behind = pattern.substr(star + 1);
  for (size_t at = star; at <= name.size(); ++at) {
    if (Matches(behind, name.substr(at))) return true;
  }
  return false;
}

std::string Sha256Hex(std::string_view text) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_Digest(text.data(), text.size(), hash, &length, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned int byte = 0; byte < length; ++byte) hex += fmt::format("{:02x}", hash[byte]);
  return hex;
}

Result<Recipients> Recipients::Read(ObjectStore& lake) {
  Recipients recipients;
  CADENZA_ASSIGN(const std::optional<std::string> text, lake.Get(kName));
  if (!text) return recipients;
  const Json json = Json::parse(*text, nullptr, false);
  if (!json.is_object() || !json.contains("recipients") || !json["recipients"].is_array()) {
    return MakeError(ErrorKind::kInput, "this file of the lake cannot be read: {}", kName);
  }
  for (const Json& entry : json["recipients"]) {
    Recipient recipient;
    recipient.name = entry.value("name", "");
    recipient.token_sha256 = entry.value("sha256", "");
    recipient.tables = entry.value("tables", std::vector<std::string>());
    recipient.with_listeners = entry.value("with_listeners", false);
    recipient.expires_ms = entry.value("expires_ms", int64_t{0});
    recipients.all_.push_back(std::move(recipient));
  }
  return recipients;
}

Status Recipients::Write(ObjectStore& lake) const {
  Json list = Json::array();
  for (const Recipient& recipient : all_) {
    list.push_back({{"name", recipient.name},
                    {"sha256", recipient.token_sha256},
                    {"tables", recipient.tables},
                    {"with_listeners", recipient.with_listeners},
                    {"expires_ms", recipient.expires_ms}});
  }
  return lake.Put(kName, Json({{"recipients", list}}).dump(1) + "\n");
}

void Recipients::Add(Recipient recipient) {
  Remove(recipient.name);
  all_.push_back(std::move(recipient));
  std::ranges::sort(all_, {}, &Recipient::name);
}

bool Recipients::Remove(std::string_view name) {
  return std::erase_if(all_, [&](const Recipient& recipient) { return recipient.name == name; }) >
         0;
}

std::optional<Recipient> Recipients::Find(std::string_view token, int64_t now_ms) const {
  const std::string hash = Sha256Hex(token);
  for (const Recipient& recipient : all_) {
    const bool is_his = recipient.token_sha256.size() == hash.size() &&
                        CRYPTO_memcmp(recipient.token_sha256.data(), hash.data(), hash.size()) == 0;
    if (is_his && now_ms < recipient.expires_ms) return recipient;
  }
  return std::nullopt;
}

std::string ProfileText(const std::string& endpoint, const std::string& token, int64_t expires_ms) {
  return Json({{"shareCredentialsVersion", 1},
               {"endpoint", endpoint},
               {"bearerToken", token},
               {"expirationTime", UtcText(expires_ms, "%Y-%m-%dT%H:%M:%S.000Z")}})
             .dump(2) +
         "\n";
}

}  // namespace cadenza::share
