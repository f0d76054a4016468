#include "delta/retention.h"

#include <optional>
#include <sstream>

namespace cadenza::delta {
namespace {

constexpr int64_t kDayMs = 24LL * 60 * 60 * 1000;

std::optional<int64_t> UnitMs(std::string unit) {
  static const std::map<std::string, int64_t> kUnits = {{"week", 7 * kDayMs},  {"day", kDayMs},
                                                        {"hour", kDayMs / 24}, {"minute", 60'000},
                                                        {"second", 1000},      {"millisecond", 1}};
  if (unit.ends_with('s')) unit.pop_back();
  const auto found = kUnits.find(unit);
  if (found == kUnits.end()) return std::nullopt;
  return found->second;
}

/// "interval 1 week", "interval 2 days 12 hours"
std::optional<int64_t> IntervalMs(const std::string& text) {
  constexpr int64_t kCountMax = 1'000'000;
  std::istringstream words(text);
  std::string unit;
  int64_t count = 0;
  int64_t total_ms = 0;
  if (!(words >> unit) || unit != "interval") return std::nullopt;
  bool any = false;
  while (words >> count) {
    if (!(words >> unit) || count < 0 || count > kCountMax) return std::nullopt;
    const std::optional<int64_t> unit_ms = UnitMs(unit);
    if (!unit_ms) return std::nullopt;
    total_ms += count * *unit_ms;
    any = true;
  }
  if (!any || !words.eof()) return std::nullopt;
  return total_ms;
}

int64_t DurationOf(const std::map<std::string, std::string>& configuration, const char* key,
                   int64_t fallback_ms) {
  const auto found = configuration.find(key);
  if (found == configuration.end()) return fallback_ms;
  return IntervalMs(found->second).value_or(fallback_ms);
}

}  // namespace

int64_t DeletedFileRetentionMs(const std::map<std::string, std::string>& configuration) {
  return DurationOf(configuration, "delta.deletedFileRetentionDuration", 7 * kDayMs);
}

int64_t LogRetentionMs(const std::map<std::string, std::string>& configuration) {
  return DurationOf(configuration, "delta.logRetentionDuration", 30 * kDayMs);
}

}  // namespace cadenza::delta
