#include "decode/utf8.h"

#include <simdjson.h>
#include <utf8proc.h>

#include <algorithm>

namespace cadenza::decode {

bool IsUtf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

size_t Utf8Length(std::string_view text) {
  if (text.empty()) return 0;
  utf8proc_int32_t code_point = 0;
  const auto length = utf8proc_iterate(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
      static_cast<utf8proc_ssize_t>(std::min<size_t>(text.size(), 4)), &code_point);
  return length > 0 && code_point >= 0 ? static_cast<size_t>(length) : 0;
}

std::string ReplaceInvalidUtf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const size_t length = Utf8Length(text);
    if (length == 0) {
      valid += "\xEF\xBF\xBD";
    } else {
      valid += text.substr(0, length);
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return valid;
}

std::string_view CutUtf8(std::string_view text, size_t size_max) {
  if (text.size() <= size_max) return text;
  size_t size = size_max;
  // A character has at most three continuation bytes; more of them are no text anyway.
  for (int back = 0; back < 3 && size > 0; ++back) {
    if ((static_cast<unsigned char>(text[size]) & 0xC0) != 0x80) break;
    --size;
  }
  return text.substr(0, size);
}

}  // namespace cadenza::decode
