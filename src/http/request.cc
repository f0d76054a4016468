#include "http/request.h"

#include <algorithm>
#include <cstdint>

namespace cadenza::http {
namespace {

constexpr size_t kParametersMax = 200;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Bytes of the character that begins with this one; 0: none does.
size_t LengthOfCharacter(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

/// Escapes become bytes; nothing else is changed but '+', if it stands for a space.
Result<std::string> Decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == '%') {
      const int high = at + 1 < text.size() ? HexDigit(text[at + 1]) : -1;
      const int low = at + 2 < text.size() ? HexDigit(text[at + 2]) : -1;
      if (high < 0 || low < 0)
        return MakeError(ErrorKind::kInput, "a broken escape in the address");
      c = static_cast<char>(high * 16 + low);
      at += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    decoded += c;
  }
  if (!IsUtf8(decoded)) return MakeError(ErrorKind::kInput, "the address is not UTF-8");
  return decoded;
}

Result<std::string> DecodePath(std::string_view path) {
  std::string whole;
  while (!path.empty()) {
    path.remove_prefix(1);  // '/'
    const size_t end = std::min(path.find('/'), path.size());
    CADENZA_ASSIGN(const std::string segment, Decode(path.substr(0, end), false));
    if (segment == "." || segment == "..") {
      return MakeError(ErrorKind::kInput, "the address has a segment {}", segment);
    }
    for (const char c : segment) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '/' || c == '\\' || byte < 0x20 || byte == 0x7F) {
        return MakeError(ErrorKind::kInput, "the address has a character that no path has");
      }
    }
    whole += "/" + segment;
    path.remove_prefix(end);
  }
  return whole;
}

Result<std::vector<std::pair<std::string, std::string>>> DecodeQuery(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> query;
  while (!text.empty()) {
    const size_t end = std::min(text.find('&'), text.size());
    const std::string_view piece = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (piece.empty()) continue;
    const size_t equals = std::min(piece.find('='), piece.size());
    CADENZA_ASSIGN(std::string name, Decode(piece.substr(0, equals), true));
    CADENZA_ASSIGN(std::string value,
                   Decode(piece.substr(std::min(equals + 1, piece.size())), true));
    if (name.find('\0') != std::string::npos || value.find('\0') != std::string::npos) {
      return MakeError(ErrorKind::kInput, "the address has a NUL");
    }
    if (query.size() == kParametersMax) {
      return MakeError(ErrorKind::kInput, "more than {} parameters", kParametersMax);
    }
    query.emplace_back(std::move(name), std::move(value));
  }
  return query;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
    const size_t length = LengthOfCharacter(byte(at));
    if (length == 0 || at + length > text.size()) return false;
    for (size_t i = 1; i < length; ++i) {
      if ((byte(at + i) & 0xC0) != 0x80) return false;
    }
    if (byte(at) == 0xE0 && byte(at + 1) < 0xA0) return false;
    if (byte(at) == 0xED && byte(at + 1) > 0x9F) return false;
    if (byte(at) == 0xF0 && byte(at + 1) < 0x90) return false;
    if (byte(at) == 0xF4 && byte(at + 1) > 0x8F) return false;
    at += length;
  }
  return true;
}

Result<Target> ParseTarget(std::string_view target) {
  if (!target.starts_with('/')) {
    return MakeError(ErrorKind::kInput, "the address does not begin with /");
  }
  if (target.find('#') != std::string_view::npos) {
    return MakeError(ErrorKind::kInput, "the address has a fragment");
  }
  const size_t question = std::min(target.find('?'), target.size());
  Target parsed;
  CADENZA_ASSIGN(parsed.path, DecodePath(target.substr(0, question)));
  CADENZA_ASSIGN(parsed.query, DecodeQuery(target.substr(std::min(question + 1, target.size()))));
  return parsed;
}

std::string Request::Header(std::string_view lower) const {
  const auto found = headers.find(std::string(lower));
  return found == headers.end() ? "" : found->second;
}

std::string Request::Parameter(std::string_view name) const {
  const auto found = parameters.find(std::string(name));
  return found == parameters.end() ? "" : found->second;
}

std::optional<std::string> Request::Query(std::string_view name) const {
  for (const auto& [key, value] : target.query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::string Request::Cookie(std::string_view name) const {
  const std::string cookies = Header("cookie");
  std::string_view rest = cookies;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(';'), rest.size());
    std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    const size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return std::string(pair.substr(equals + 1));
    }
  }
  return "";
}

}  // namespace cadenza::http
