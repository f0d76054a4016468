#include "decode/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>

namespace cadenza::decode {
namespace {

char Unescaped(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

std::optional<uint32_t> FourHexDigits(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  uint32_t value = 0;
  for (const char c : text.substr(0, 4)) {
    uint32_t digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<uint32_t>(c - '0');
    } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
      digit = static_cast<uint32_t>((c | 0x20) - 'a') + 10;
    } else {
      return std::nullopt;
    }
    value = value * 16 + digit;
  }
  return value;
}

char* AppendUtf8(uint32_t code_point, char* out) {
  if (code_point < 0x80) {
    *out++ = static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    *out++ = static_cast<char>(0xC0 | (code_point >> 6));
    *out++ = static_cast<char>(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    *out++ = static_cast<char>(0xE0 | (code_point >> 12));
    *out++ = static_cast<char>(0x80 | ((code_point >> 6) & 0x3F));
    *out++ = static_cast<char>(0x80 | (code_point & 0x3F));
  } else {
    *out++ = static_cast<char>(0xF0 | (code_point >> 18));
    *out++ = static_cast<char>(0x80 | ((code_point >> 12) & 0x3F));
    *out++ = static_cast<char>(0x80 | ((code_point >> 6) & 0x3F));
    *out++ = static_cast<char>(0x80 | (code_point & 0x3F));
  }
  return out;
}

/// Reads what follows "\u" and drops it from the text.
std::optional<uint32_t> TakeCodePoint(std::string_view* text) {
  const auto unit = FourHexDigits(*text);
  if (!unit) return std::nullopt;
  text->remove_prefix(4);
  if (*unit < 0xD800 || *unit > 0xDFFF) return unit;
  if (*unit > 0xDBFF || !text->starts_with("\\u")) return std::nullopt;
  const auto low = FourHexDigits(text->substr(2));
  if (!low || *low < 0xDC00 || *low > 0xDFFF) return std::nullopt;
  text->remove_prefix(6);
  return 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00);
}

}  // namespace

bool TakeEscape(std::string_view* text, char** out) {
  if (text->size() < 2) return false;
  const char kind = (*text)[1];
  text->remove_prefix(2);
  if (kind == 'u') {
    const auto code_point = TakeCodePoint(text);
    if (!code_point) return false;
    *out = AppendUtf8(*code_point, *out);
    return true;
  }
  const char c = Unescaped(kind);
  *(*out)++ = c;
  return c != 0;
}

std::optional<size_t> Unescape(std::string_view quoted, char* into) {
  char* out = into;
  while (!quoted.empty()) {
    const size_t plain = std::min(quoted.find('\\'), quoted.size());
    std::memcpy(out, quoted.data(), plain);
    out += plain;
    quoted.remove_prefix(plain);
    if (quoted.empty()) break;
    if (!TakeEscape(&quoted, &out)) return std::nullopt;
  }
  return static_cast<size_t>(out - into);
}

void AppendQuoted(std::string_view text, std::string* into) {
  into->push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      into->push_back('\\');
      into->push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(*into), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      into->push_back(c);
    }
  }
  into->push_back('"');
}

}  // namespace cadenza::decode
