#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "simulate/event.h"

namespace cadenza::simulate {

/// What goes wrong between the clients and the files. Shares are of the events.
struct FaultOptions {
  double late = 0;
  double late_hours = 6;  ///< by how much in the mean
  double reordered = 0;   ///< arrive up to a minute late
  double duplicated = 0;  ///< the line is written twice
  double malformed = 0;
  double unit_flips = 0;     ///< ts in seconds or microseconds
  int64_t drift_at_row = 0;  ///< from this row on (counted from 1) the schema is another; 0 = never
  int cut_files = 0;         ///< gz files whose end is missing

  bool delays() const { return late > 0 || reordered > 0; }
  bool spoils() const { return duplicated > 0 || malformed > 0 || unit_flips > 0; }
};

enum class Fault : uint8_t {
  kNone,
  kDuplicated,
  kCut,      ///< the line ends in the middle
  kGarbled,  ///< no JSON
  kBadUtf8,
  kList,     ///< the object stands in a list
  kSeconds,  ///< ts
  kMicroseconds,
};

/// Decides for each event, from the seed and the event alone.
class Faults {
 public:
  Faults(const FaultOptions& options, uint64_t seed) : options_(options), seed_(seed) {}
  int64_t DelayMs(const Event& event) const;
  Fault Of(const Event& event) const;
  const FaultOptions& options() const { return options_; }

 private:
  FaultOptions options_;
  uint64_t seed_;
};

/// Damages a line in place, as the fault says; answers the reason that a reader must find, or ""
/// where the line stays whole. There is room behind it.
std::string_view Spoil(Fault fault, const Event& event, char* line, size_t* size);

}  // namespace cadenza::simulate
