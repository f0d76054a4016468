#include "storage/source_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

namespace cadenza {
namespace {

bool EndsWith(std::string_view name, std::string_view ending) {
  if (name.size() < ending.size()) return false;
  const std::string_view tail = name.substr(name.size() - ending.size());
  return std::equal(tail.begin(), tail.end(), ending.begin(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + ('a' - 'A')) : a) == b;
  });
}

constexpr std::array<std::string_view, 5> kRecordEndings = {".json", ".jsonl", ".ndjson", ".log",
                                                            ".txt"};

}  // namespace

bool IsJunkName(std::string_view name) {
  return name == ".DS_Store" || name == "__MACOSX" || name.starts_with("._") ||
         name.ends_with(".crc") || name == "_SUCCESS" || name == ".ipynb_checkpoints" ||
         name == "_temporary" || name.starts_with(".spark-staging");
}

bool HasJunkPart(std::string_view path) {
  while (true) {
    const size_t slash = path.find('/');
    if (IsJunkName(path.substr(0, slash))) return true;
    if (slash == path.npos) return false;
    path.remove_prefix(slash + 1);
  }
}

bool IsRecordName(std::string_view name) {
  return std::any_of(kRecordEndings.begin(), kRecordEndings.end(),
                     [name](std::string_view ending) { return EndsWith(name, ending); });
}

bool IsParquetName(std::string_view name) {
  return EndsWith(name, ".parquet") || EndsWith(name, ".pq");
}

bool IsGzipName(std::string_view name) { return EndsWith(name, ".gz"); }
bool IsZipName(std::string_view name) { return EndsWith(name, ".zip"); }

std::optional<std::string_view> TableOfLog(std::string_view path) {
  for (size_t at = path.find(kDeltaLogName); at != path.npos;
       at = path.find(kDeltaLogName, at + 1)) {
    const size_t end = at + kDeltaLogName.size();
    const bool begins = at == 0 || path[at - 1] == '/';
    const bool ends = end == path.size() || path[end] == '/';
    if (begins && ends) return path.substr(0, at > 1 ? at - 1 : at);
  }
  return std::nullopt;
}

std::string PercentDecoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t at = 0; at < text.size(); ++at) {
    unsigned byte = 0;
    const char* const digits = text.data() + at + 1;
    const bool escapes = text[at] == '%' && at + 2 < text.size() &&
                         std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    decoded += escapes ? static_cast<char>(byte) : text[at];
    if (escapes) at += 2;
  }
  return decoded;
}

std::string PlainAddress(std::string_view address) {
  for (const std::string_view scheme : {"s3a://", "s3n://"}) {
    if (address.starts_with(scheme)) return "s3://" + std::string(address.substr(scheme.size()));
  }
  for (const std::string_view scheme : {"file://localhost/", "file:///", "file:/"}) {
    if (!address.starts_with(scheme)) continue;
    return PercentDecoded(address.substr(scheme.size() - 1));
  }
  return std::string(address);
}

std::string VersionedName(std::string_view table, int64_t version) {
  return fmt::format("{}@v{:010}", table, version);
}

std::optional<std::pair<std::string_view, int64_t>> ParseVersionedName(std::string_view name) {
  const size_t at = name.rfind("@v");
  if (at == name.npos || at == 0) return std::nullopt;
  const std::string_view digits = name.substr(at + 2);
  int64_t version = 0;
  const auto [end, failure] = std::from_chars(digits.begin(), digits.end(), version);
  if (failure != std::errc() || end != digits.end() || version < 0) return std::nullopt;
  return std::pair(name.substr(0, at), version);
}

}  // namespace cadenza
