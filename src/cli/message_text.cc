#include "cli/message_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "decode/utf8.h"

namespace cadenza::cli {

std::string Counted(int64_t count, const std::string& word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

namespace {

/// Of a character of two or three bytes, else 0.
uint32_t CodePoint(std::string_view c) {
  const auto byte = [&](size_t at) { return static_cast<uint32_t>(static_cast<uint8_t>(c[at])); };
  if (c.size() == 2) return (byte(0) & 0x1FU) << 6U | (byte(1) & 0x3FU);
  if (c.size() != 3) return 0;
  return (byte(0) & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
}

bool TurnsOrControls(uint32_t code) {
  return (code >= 0x80 && code <= 0x9F) || code == 0x061C || code == 0x200E || code == 0x200F ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

}  // namespace

std::string Shown(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const size_t length = decode::Utf8Length(text);
    const std::string_view character = text.substr(0, std::max<size_t>(length, 1));
    const auto first = static_cast<unsigned char>(character[0]);
    if (length == 0) {
      shown += "\uFFFD";
    } else if (length == 1 && (first < 0x20 || first == 0x7F) && first != '\n') {
      shown += first == '\t' ? std::string(" ") : fmt::format("\\x{:02x}", first);
    } else if (TurnsOrControls(CodePoint(character))) {
      shown += fmt::format("\\u{:04x}", CodePoint(character));
    } else {
      shown += character;
    }
    text.remove_prefix(character.size());
  }
  return shown;
}

std::string Megabytes(int64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

void PrintJson(const nlohmann::json& value) {
  fmt::print("{}\n", value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace cadenza::cli
