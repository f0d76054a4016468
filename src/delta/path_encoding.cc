#include "delta/path_encoding.h"

#include "storage/source_name.h"

namespace cadenza::delta {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

bool StaysAsItIs(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || (c >= '0' && c <= '9') ||
         std::string_view("-_.~/=").find(c) != std::string::npos;
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

std::string DecodePath(std::string_view in_log) { return PercentDecoded(in_log); }

}  // namespace cadenza::delta
