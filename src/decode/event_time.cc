#include "decode/event_time.h"

namespace cadenza::decode {
namespace {

int64_t FloorDivide(int64_t value, int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

}  // namespace

std::string_view TimeUnitName(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kSeconds:
      return "seconds";
    case TimeUnit::kMilliseconds:
      return "milliseconds";
    case TimeUnit::kMicroseconds:
      return "microseconds";
    case TimeUnit::kNanoseconds:
      return "nanoseconds";
  }
  return "unknown";
}

std::optional<int64_t> ToMilliseconds(int64_t epoch, TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kSeconds: {
      int64_t milliseconds = 0;
      if (__builtin_mul_overflow(epoch, int64_t{1000}, &milliseconds)) return std::nullopt;
      return milliseconds;
    }
    case TimeUnit::kMilliseconds:
      return epoch;
    case TimeUnit::kMicroseconds:
      return FloorDivide(epoch, 1000);
    case TimeUnit::kNanoseconds:
      return FloorDivide(epoch, 1'000'000);
  }
  return std::nullopt;
}

bool IsPlausibleTime(int64_t milliseconds) {
  return milliseconds >= kFirstSecond * 1000 && milliseconds < kEndSecond * 1000;
}

}  // namespace cadenza::decode
