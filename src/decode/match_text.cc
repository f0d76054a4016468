#include "decode/match_text.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "decode/double_encoding.h"
#include "decode/utf8.h"

namespace cadenza::decode {
namespace {

constexpr int kPassesMax = 8;

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Bytes of the white space at the front. What NFKC has not made a plain space is listed here.
size_t SpaceLength(std::string_view text) {
  if (IsSpace(text.front())) return 1;
  for (const std::string_view space :
       {"\xC2\x85", "\xE1\x9A\x80", "\xE2\x80\xA8", "\xE2\x80\xA9"}) {
    if (text.starts_with(space)) return space.size();
  }
  return 0;
}

std::string OneSpace(std::string_view text) {
  std::string joined;
  joined.reserve(text.size());
  bool pending = false;
  while (!text.empty()) {
    const size_t space = SpaceLength(text);
    if (space == 0) {
      if (pending && !joined.empty()) joined.push_back(' ');
      joined.push_back(text.front());
    }
    pending = space != 0;
    text.remove_prefix(std::max<size_t>(space, 1));
  }
  return joined;
}

std::string MatchAscii(std::string_view text) {
  std::string folded = OneSpace(text);
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return folded;
}

std::string Fold(const std::string& text) {
  utf8proc_uint8_t* folded = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &folded,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE |
                                                  UTF8PROC_COMPAT | UTF8PROC_CASEFOLD));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(folded, &std::free);
  if (size < 0) return text;
  return {reinterpret_cast<const char*>(folded), static_cast<size_t>(size)};
}

std::string Pass(const std::string& text) { return OneSpace(Fold(text)); }

}  // namespace

std::string MatchText(std::string_view text) {
  if (IsAscii(text)) return MatchAscii(text);
  if (!IsUtf8(text)) return std::string(text);
  // Folding can bring about what a pass before would have changed, for instance compatibility
  // forms of letters that have a case. So until nothing changes, which is nearly always at once.
  std::string matched = Pass(RepairedText(text));
  for (int i = 1; i < kPassesMax; ++i) {
    std::string again = Pass(matched);
    if (again == matched) break;
    matched = std::move(again);
  }
  return matched;
}

std::string ShownText(std::string_view text) {
  if (IsAscii(text) || !IsUtf8(text)) return OneSpace(text);
  return OneSpace(RepairedText(text));
}

}  // namespace cadenza::decode
