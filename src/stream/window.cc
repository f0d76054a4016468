#include "stream/window.h"

#include <array>
#include <cctype>
#include <charconv>
#include <numeric>

namespace cadenza::stream {
namespace {

constexpr int64_t kSecondUs = 1'000'000;
constexpr std::string_view kSessionWord = "session:";

struct WindowUnit {
  char letter;
  int64_t us;
};
constexpr auto kUnits = std::to_array<WindowUnit>(
    {{'d', 86'400 * kSecondUs}, {'h', 3'600 * kSecondUs}, {'m', 60 * kSecondUs}, {'s', kSecondUs}});

Error NotADuration(std::string_view text) {
  return MakeError(ErrorKind::kUsage, "not a duration such as 30s, 5m, 1h or 2d: {}", text);
}

}  // namespace

Result<int64_t> ParseDuration(std::string_view text) {
  int64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || rest + 1 != text.data() + text.size()) return NotADuration(text);
  constexpr int64_t kDaysMax = 36'500;
  for (const WindowUnit& unit : kUnits) {
    if (unit.letter != *rest) continue;
    if (number < 1 || number > kDaysMax * kUnits[0].us / unit.us) return NotADuration(text);
    return number * unit.us;
  }
  return NotADuration(text);
}

std::string DurationText(int64_t microseconds) {
  for (const WindowUnit& unit : kUnits) {
    if (microseconds % unit.us == 0)
      return fmt::format("{}{}", microseconds / unit.us, unit.letter);
  }
  return fmt::format("{}us", microseconds);
}

int64_t WindowSpec::pane_us() const { return std::gcd(size_us, slide_us); }

std::string WindowSpec::Text() const {
  if (kind == WindowKind::kSession) return std::string(kSessionWord) + DurationText(size_us);
  if (hops()) return DurationText(size_us) + "/" + DurationText(slide_us);
  return DurationText(size_us);
}

std::string WindowSpec::TableName(const std::string& counted,
                                  const std::vector<std::string>& groups) const {
  std::string name = counted + "_";
  if (kind == WindowKind::kSession) name += "gap_";
  name += DurationText(size_us);
  if (hops()) name += "_every_" + DurationText(slide_us);
  if (groups.empty()) return name;
  name += "_by";
  for (const std::string& group : groups) {
    name += '_';
    for (const char c : group) {
      const auto byte = static_cast<unsigned char>(c);
      name += std::isalnum(byte) ? static_cast<char>(std::tolower(byte)) : '_';
    }
  }
  return name;
}

Result<WindowSpec> WindowSpec::Parse(std::string_view text) {
  WindowSpec spec;
  if (text.starts_with(kSessionWord)) {
    spec.kind = WindowKind::kSession;
    CADENZA_ASSIGN(spec.size_us, ParseDuration(text.substr(kSessionWord.size())));
    spec.slide_us = spec.size_us;
    return spec;
  }
  const size_t slash = text.find('/');
  CADENZA_ASSIGN(spec.size_us, ParseDuration(text.substr(0, slash)));
  spec.slide_us = spec.size_us;
  if (slash != std::string_view::npos) {
    CADENZA_ASSIGN(spec.slide_us, ParseDuration(text.substr(slash + 1)));
  }
  constexpr int64_t kPanesMax = 1'000;
  if (spec.slide_us > spec.size_us) {
    return MakeError(ErrorKind::kUsage, "windows that hop further than their size lose events: {}",
                     text);
  }
  if (spec.size_us / spec.slide_us > kPanesMax) {
    return MakeError(ErrorKind::kUsage, "an event would be in more than {} windows: {}", kPanesMax,
                     text);
  }
  return spec;
}

}  // namespace cadenza::stream
