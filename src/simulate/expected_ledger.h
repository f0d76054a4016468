#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cadenza::simulate {

enum class LineFate : uint8_t { kGood, kDuplicate, kQuarantined };
inline constexpr int kLineFates = 3;

/// What a correct reader must say of one file, in decompressed bytes with line ends.
struct FileLedger {
  std::string name;
  std::array<int64_t, kLineFates> bytes{}, lines{};
  std::map<std::string, int64_t, std::less<>> reasons;  ///< of the quarantined lines

  int64_t size_bytes() const { return bytes[0] + bytes[1] + bytes[2]; }
  int64_t all_lines() const { return lines[0] + lines[1] + lines[2]; }
  void Add(LineFate fate, int64_t size) {
    bytes[static_cast<size_t>(fate)] += size;
    ++lines[static_cast<size_t>(fate)];
  }
  void Add(const FileLedger& part);
};

/// One line: {"file": …, "size_bytes": …, "good_bytes": …, … "reasons": {"truncated": 3}}
std::string LedgerLine(const FileLedger& ledger);

}  // namespace cadenza::simulate
