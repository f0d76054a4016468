#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "warehouse/model_refresh.h"

namespace cadenza::engagement {

/// How many sessions begin on a day.
struct DayCount {
  std::string day;  ///< yyyy-mm-dd
  int64_t sessions = 0;
};

/// Days from the first to the last that hold together.
struct SoundDays {
  std::vector<DayCount> days;
  std::vector<DayCount> strays;  ///< left aside, in their order
};

/// Takes away what would move a span without saying anything of it: days later than `tomorrow`
/// (where there are others), and at either end what lies more than two months off the rest and is
/// one session or no more than a hundredth of all. `days` are ordered.
SoundDays WithoutStrays(std::vector<DayCount> days, const std::string& tomorrow);

/// The last two calendar months of the days, or the one that there is: first and last day.
struct DayRange {
  std::string first, last;
};
DayRange LastTwoMonths(const std::vector<DayCount>& days);

/// The days of sessions of known customers, from engagement_sessions and engagement_customers.
Result<SoundDays> ReadSoundDays(engine::Engine* engine);

/// Where there are strays, binds a sound_span without them for the models; returns them. `known`:
/// what was read before, or nothing; then customer_sessions has to be bound, and sessions are read
/// only where it shows something odd.
Result<std::vector<DayCount>> BindSoundSpan(engine::Engine* engine, const SoundDays* known,
                                            warehouse::ModelRefresh* gold);

}  // namespace cadenza::engagement
