#include "pgwire/value_binary.h"

#include <array>
#include <limits>

namespace cadenza::pgwire {
namespace {

/// PostgreSQL counts from 2000-01-01.
constexpr int32_t kDaysBefore2000 = 10'957;
constexpr int64_t kMicrosOfDay = int64_t{86'400} * 1'000'000;

template <class Unsigned>
void AppendBig(Unsigned value, std::string* out) {
  char bytes[sizeof value];
  for (size_t b = 0; b < sizeof value; ++b) {
    bytes[b] = static_cast<char>(value >> (8 * (sizeof value - 1 - b)));
  }
  out->append(bytes, sizeof value);
}

}  // namespace

void AppendBig16(uint16_t value, std::string* out) { AppendBig(value, out); }
void AppendBig32(uint32_t value, std::string* out) { AppendBig(value, out); }
void AppendBig64(uint64_t value, std::string* out) { AppendBig(value, out); }

void AppendBinaryDate(int32_t days, std::string* out) {
  constexpr int32_t kMax = std::numeric_limits<int32_t>::max();
  if (days == -kMax)
    return AppendBig32(static_cast<uint32_t>(std::numeric_limits<int32_t>::min()), out);
  AppendBig32(static_cast<uint32_t>(days == kMax ? kMax : days - kDaysBefore2000), out);
}

void AppendBinaryTimestamp(int64_t micros, std::string* out) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  if (micros == -kMax)
    return AppendBig64(static_cast<uint64_t>(std::numeric_limits<int64_t>::min()), out);
  AppendBig64(
      static_cast<uint64_t>(micros == kMax ? kMax : micros - kDaysBefore2000 * kMicrosOfDay), out);
}

void AppendBinaryNumeric(__int128 value, int scale, std::string* out) {
  const bool negative = value < 0;
  auto rest =
      negative ? -static_cast<unsigned __int128>(value) : static_cast<unsigned __int128>(value);
  // The last group is filled up behind the point: 0.5 is 5000 in the first group after it. What is
  // filled up could overflow, so that group is taken off first.
  std::array<uint16_t, 12> groups{};  // least first
  size_t count = 0;
  const int odd = scale % 4;
  if (odd > 0) {
    constexpr std::array<unsigned, 4> kPower = {1, 10, 100, 1000};
    const unsigned take = kPower[static_cast<size_t>(odd)];
    groups[count++] = static_cast<uint16_t>(static_cast<unsigned>(rest % take) * (10'000 / take));
    rest /= take;
  }
  while (rest != 0) {
    groups[count++] = static_cast<uint16_t>(rest % 10'000);
    rest /= 10'000;
  }
  const int behind = (scale + 3) / 4;
  int weight = static_cast<int>(count) - behind - 1;
  size_t last = 0;
  while (last < count && groups[last] == 0) ++last;
  while (count > last && groups[count - 1] == 0) {
    --count;
    --weight;
  }
  if (count == last) weight = 0;
  AppendBig16(static_cast<uint16_t>(count - last), out);
  AppendBig16(static_cast<uint16_t>(weight), out);
  AppendBig16(negative ? 0x4000 : 0, out);
  AppendBig16(static_cast<uint16_t>(scale), out);
  for (size_t group = count; group > last; --group) AppendBig16(groups[group - 1], out);
}

}  // namespace cadenza::pgwire
