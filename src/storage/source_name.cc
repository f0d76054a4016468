#include "storage/source_name.h"

#include <algorithm>
#include <array>

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
         name.ends_with(".crc") || name == "_SUCCESS" || name == ".ipynb_checkpoints";
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

bool IsGzipName(std::string_view name) { return EndsWith(name, ".gz"); }
bool IsZipName(std::string_view name) { return EndsWith(name, ".zip"); }

}  // namespace cadenza
