#include "decode/double_encoding.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

#include "decode/utf8.h"

namespace cadenza::decode {
namespace {

/// Windows-1252 from 0x80 to 0x9F; 0 where it has no character.
constexpr std::array<utf8proc_int32_t, 32> kWindows1252 = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

/// The byte that either encoding reads as this code point. They differ only from 0x80 to 0x9F,
/// where Latin-1 has control characters that no text contains by itself: both are taken.
std::optional<char> ByteOf(utf8proc_int32_t code_point) {
  if (code_point <= 0xFF) return static_cast<char>(code_point);
  const auto* found = std::find(kWindows1252.begin(), kWindows1252.end(), code_point);
  if (found == kWindows1252.end()) return std::nullopt;
  return static_cast<char>(0x80 + (found - kWindows1252.begin()));
}

}  // namespace

std::optional<std::string> UndoDoubleEncoding(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  bool ascii = true;
  while (!text.empty()) {
    utf8proc_int32_t code_point = 0;
    const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                         static_cast<utf8proc_ssize_t>(text.size()), &code_point);
    if (length <= 0) return std::nullopt;
    const auto byte = ByteOf(code_point);
    if (!byte) return std::nullopt;
    ascii = ascii && code_point < 0x80;
    bytes.push_back(*byte);
    text.remove_prefix(static_cast<size_t>(length));
  }
  // Any byte that is not ASCII makes valid UTF-8 only as part of a longer sequence.
  if (ascii || !IsUtf8(bytes)) return std::nullopt;
  return bytes;
}

std::string RepairedText(std::string_view text) {
  std::string repaired(text);
  // Each step makes the text shorter.
  while (std::optional<std::string> before = UndoDoubleEncoding(repaired)) {
    repaired = std::move(*before);
  }
  return repaired;
}

}  // namespace cadenza::decode
