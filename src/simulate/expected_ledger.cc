#include "simulate/expected_ledger.h"

#include <fmt/format.h>

namespace cadenza::simulate {

void FileLedger::Add(const FileLedger& part) {
  for (size_t fate = 0; fate < kLineFates; ++fate) {
    bytes[fate] += part.bytes[fate];
    lines[fate] += part.lines[fate];
  }
  for (const auto& [reason, count] : part.reasons) reasons[reason] += count;
}

std::string LedgerLine(const FileLedger& ledger) {
  constexpr std::string_view kNames[] = {"good", "duplicate", "quarantined"};
  std::string text =
      fmt::format(R"({{"file": "{}", "size_bytes": {})", ledger.name, ledger.size_bytes());
  for (size_t fate = 0; fate < kLineFates; ++fate) {
    text += fmt::format(R"(, "{0}_bytes": {1}, "{0}_lines": {2})", kNames[fate], ledger.bytes[fate],
                        ledger.lines[fate]);
  }
  text += R"(, "reasons": {)";
  for (const auto& [reason, count] : ledger.reasons) {
    text += fmt::format(R"({}"{}": {})", text.back() == '{' ? "" : ", ", reason, count);
  }
  return text + "}}\n";
}

}  // namespace cadenza::simulate
