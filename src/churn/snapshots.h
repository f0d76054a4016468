#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"

namespace cadenza::churn {

/// A listener at a cut-off, with what became of it as far as the log tells.
struct Snapshot {
  uint32_t listener = 0;  ///< in Snapshots::users
  int32_t cut_off = 0;    ///< days since 1970
  bool pays = false;
  int32_t cancel_day = 0;     ///< from the cut-off, 1 is its own day; 0: none was seen
  int32_t downgrade_day = 0;  ///< likewise
  int32_t observed_days = 0;
};

/// Listeners at cut-offs, in the order of both, with their features side by side.
struct Snapshots {
  std::vector<std::string> users;
  std::vector<std::string> features;
  std::vector<Snapshot> rows;
  std::vector<float> values;  ///< row after row; NaN: not known

  size_t size() const { return rows.size(); }
  const float* Values(size_t row) const { return values.data() + row * features.size(); }
};

/// Reads a relation (user_id, cut_off, pays, cancel_day, downgrade_day, observed_days,
/// features...). Infinities count as not known.
Result<Snapshots> ReadSnapshots(engine::Engine* engine, const std::string& select);

/// Columns that say nothing are left out: those that have one value, or none. Their names.
std::vector<std::string> DropConstantFeatures(Snapshots* data);

/// 2018-11-08
std::string DateText(int32_t days_since_1970);

}  // namespace cadenza::churn
