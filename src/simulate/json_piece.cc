#include "simulate/json_piece.h"

#include <fmt/format.h>

#include <cstdint>

namespace cadenza::simulate {
namespace {

/// The code point that starts at *at, which moves behind it. The text is our own, so it is valid.
uint32_t NextCodePoint(std::string_view utf8, size_t* at) {
  const auto first = static_cast<unsigned char>(utf8[(*at)++]);
  if (first < 0x80) return first;
  const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
  uint32_t point = first & (0x3fU >> more);
  for (int i = 0; i < more; ++i) {
    point = point << 6 | (static_cast<unsigned char>(utf8[(*at)++]) & 0x3fU);
  }
  return point;
}

}  // namespace

std::string Quoted(std::string_view utf8) {
  std::string text = "\"";
  for (size_t at = 0; at < utf8.size();) {
    const uint32_t point = NextCodePoint(utf8, &at);
    if (point >= 0x10000) {
      const uint32_t rest = point - 0x10000;
      text += fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + (rest >> 10), 0xdc00 + (rest & 0x3ff));
    } else if (point >= 0x7f || point < 0x20) {
      text += fmt::format("\\u{:04x}", point);
    } else {
      if (point == '"' || point == '\\' || point == '/') text += '\\';
      text += static_cast<char>(point);
    }
  }
  return text + "\"";
}

std::string EncodedTwice(std::string_view utf8) {
  std::string text;
  for (const char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xc0 | byte >> 6);
      text += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return text;
}

std::string DecimalText(double value) {
  std::string text = fmt::format("{:.5f}", value);
  while (text.back() == '0' && text[text.size() - 2] != '.') text.pop_back();
  return text;
}

}  // namespace cadenza::simulate
