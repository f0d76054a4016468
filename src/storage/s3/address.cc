#include "storage/s3/address.h"

#include <algorithm>

namespace cadenza::s3 {
namespace {

constexpr std::string_view kScheme = "s3://";

bool IsUnreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

std::string Encode(std::string_view text, bool keep_slashes) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (IsUnreserved(c) || (keep_slashes && c == '/')) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

/// Old buckets may have capitals and underscores; other characters are a mistake or an attack.
bool CanBeBucket(std::string_view name) {
  if (name.size() < 3 || name.size() > 255 || name.starts_with('.')) return false;
  return std::ranges::all_of(name, [](char c) { return IsUnreserved(c) && c != '~'; });
}

}  // namespace

bool IsAddress(std::string_view text) { return text.starts_with(kScheme); }

Result<Address> ParseAddress(std::string_view text) {
  if (!IsAddress(text)) return MakeError(ErrorKind::kUsage, "not an s3:// address: {}", text);
  text.remove_prefix(kScheme.size());
  const size_t slash = std::min(text.find('/'), text.size());
  Address address;
  address.bucket = text.substr(0, slash);
  if (slash < text.size()) address.key = text.substr(slash + 1);
  if (address.bucket.find('@') != std::string::npos) {
    return MakeError(ErrorKind::kUsage, "credentials have no place in an s3:// address");
  }
  if (!CanBeBucket(address.bucket)) {
    return MakeError(ErrorKind::kUsage, "not a bucket's name (s3://BUCKET/PREFIX): '{}'",
                     address.bucket);
  }
  return address;
}

std::string EncodeKey(std::string_view key) { return Encode(key, true); }
std::string EncodeQuery(std::string_view value) { return Encode(value, false); }

}  // namespace cadenza::s3
