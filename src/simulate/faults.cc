#include "simulate/faults.h"

#include <algorithm>
#include <cstring>

#include "simulate/dice.h"
#include "simulate/rhythm.h"

namespace cadenza::simulate {
namespace {

/// Events of a listener differ in time or number.
uint64_t NumberOf(const Event& event) {
  return static_cast<uint64_t>(event.ts_ms) * 0x9e3779b97f4a7c15 +
         uint64_t{event.listener} * 0xd1342543de82ef95 + event.item;
}

}  // namespace

int64_t Faults::DelayMs(const Event& event) const {
  Dice dice(seed_, Dice::Use::kDelivery, NumberOf(event));
  const double drawn = dice.Uniform();
  if (drawn < options_.late) {
    return static_cast<int64_t>(dice.Exponential() * options_.late_hours * kHourMs);
  }
  if (drawn < options_.late + options_.reordered) return dice.Below(60'000);
  return 0;
}

Fault Faults::Of(const Event& event) const {
  Dice dice(seed_, Dice::Use::kFault, NumberOf(event));
  double drawn = dice.Uniform();
  if (drawn < options_.duplicated) return Fault::kDuplicated;
  drawn -= options_.duplicated;
  if (drawn < options_.malformed) {
    constexpr Fault kKinds[] = {Fault::kCut, Fault::kGarbled, Fault::kBadUtf8, Fault::kList};
    return kKinds[dice.Below(4)];
  }
  drawn -= options_.malformed;
  if (drawn < options_.unit_flips) {
    return dice.Chance(0.5) ? Fault::kSeconds : Fault::kMicroseconds;
  }
  return Fault::kNone;
}

std::string_view Spoil(Fault fault, const Event& event, char* line, size_t* size) {
  switch (fault) {
    case Fault::kNone:
    case Fault::kDuplicated:
      return "";
    case Fault::kCut:
      // Some prefix that is not the whole line.
      *size = 1 + static_cast<size_t>(event.ts_ms / 7 + int64_t{event.item} * 31) % (*size - 1);
      return "truncated";
    case Fault::kGarbled:
      *static_cast<char*>(std::memchr(line, ':', *size)) = '=';
      return "malformed";
    case Fault::kBadUtf8: {
      // The letter after "auth":" is within a string.
      constexpr std::string_view kBefore = "\"auth\":\"";
      const char* end = line + *size;
      char* found = std::search(line, line + *size, kBefore.begin(), kBefore.end());
      if (found != end) found[kBefore.size()] = '\xff';
      return "not_utf8";
    }
    case Fault::kList:
      std::memmove(line + 1, line, *size);
      line[0] = '[';
      line[*size + 1] = ']';
      *size += 2;
      return "not_an_object";
    case Fault::kSeconds:
    case Fault::kMicroseconds:
      return "ts_out_of_range";
  }
  return "";
}

}  // namespace cadenza::simulate
