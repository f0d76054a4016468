#include "share/file_reply.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>

namespace cadenza::share {
namespace {

struct Range {
  int64_t first, last;
};

std::optional<int64_t> NumberOf(std::string_view text) {
  int64_t number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || end.ec != std::errc() || end.ptr != text.data() + text.size())
    return std::nullopt;
  return number;
}

/// bytes=0-99, bytes=100-, bytes=-8; nothing for several ranges or what is none.
std::optional<Range> RangeOf(std::string_view header, int64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit) || header.find(',') != header.npos) return std::nullopt;
  header.remove_prefix(kUnit.size());
  const size_t dash = header.find('-');
  if (dash == header.npos) return std::nullopt;
  const auto first = NumberOf(header.substr(0, dash)), last = NumberOf(header.substr(dash + 1));
  if (!first && !last) return std::nullopt;
  if (!first) return Range{std::max<int64_t>(0, size - *last), size - 1};
  return Range{*first, std::min(last.value_or(size - 1), size - 1)};
}

}  // namespace

http::Reply FileReply(const std::string& path, const std::string& range_header) {
  std::error_code error;
  const auto size = static_cast<int64_t>(std::filesystem::file_size(path, error));
  std::ifstream file(path, std::ios::binary);
  if (error || !file) return http::ErrorReply(404, "not_found", "the file is gone");
  http::Reply reply;
  reply.content_type = "application/octet-stream";
  reply.headers.emplace_back("Accept-Ranges", "bytes");
  Range range{0, size - 1};
  if (const auto asked = RangeOf(range_header, size)) {
    if (asked->first > asked->last || asked->first >= size) {
      reply.status = 416;
      reply.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
      return reply;
    }
    range = *asked;
    reply.status = 206;
    reply.headers.emplace_back("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                                    std::to_string(range.last) + "/" +
                                                    std::to_string(size));
  }
  reply.body.resize(static_cast<size_t>(range.last - range.first + 1));
  file.seekg(range.first);
  file.read(reply.body.data(), static_cast<std::streamsize>(reply.body.size()));
  if (!file) return http::ErrorReply(500, "io", "the file cannot be read");
  return reply;
}

std::string HexText(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : text) {
    hex.push_back(kDigits[static_cast<uint8_t>(c) >> 4]);
    hex.push_back(kDigits[static_cast<uint8_t>(c) & 15]);
  }
  return hex;
}

std::string TextOfHex(std::string_view hex) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  std::string text;
  for (size_t at = 0; at + 1 < hex.size(); at += 2) {
    if (digit(hex[at]) < 0 || digit(hex[at + 1]) < 0) return "";
    text.push_back(static_cast<char>(digit(hex[at]) * 16 + digit(hex[at + 1])));
  }
  return hex.size() % 2 == 0 ? text : "";
}

}  // namespace cadenza::share
