#include "delta/path_encoding.h"

namespace cadenza::delta {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

bool StaysAsItIs(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || (c >= '0' && c <= '9') ||
         std::string_view("-_.~/=").find(c) != std::string::npos;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/// The length of "s3://" or "file:/" at the beginning; a relative name has no such part.
size_t SchemeLength(std::string_view path) {
  if (path.starts_with("file:/")) return std::string_view("file:/").size();
  const size_t mark = path.find("://");
  if (mark == std::string_view::npos || mark == 0) return 0;
  for (const char c : path.substr(0, mark)) {
    const bool allowed = StaysAsItIs(c) && c != '/' && c != '=' && c != '_' && c != '~';
    if (!allowed) return 0;
  }
  return mark + 3;
}

}  // namespace

std::string EncodePath(std::string_view on_disk) {
  const size_t scheme = SchemeLength(on_disk);
  std::string encoded(on_disk.substr(0, scheme));
  encoded.reserve(on_disk.size() + 16);
  for (const char c : on_disk.substr(scheme)) {
    if (StaysAsItIs(c)) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
    }
  }
  return encoded;
}

std::string DecodePath(std::string_view in_log) {
  std::string decoded;
  decoded.reserve(in_log.size());
  for (size_t at = 0; at < in_log.size(); ++at) {
    if (in_log[at] == '%' && at + 2 < in_log.size()) {
      const int high = HexValue(in_log[at + 1]);
      const int low = HexValue(in_log[at + 2]);
      if (high >= 0 && low >= 0) {
        decoded += static_cast<char>(high * 16 + low);
        at += 2;
        continue;
      }
    }
    decoded += in_log[at];
  }
  return decoded;
}

}  // namespace cadenza::delta
