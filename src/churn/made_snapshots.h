#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "churn/snapshots.h"

namespace cadenza::churn {

/// One feature, on which a daily rate to cancel depends; half of them are seen for few days only.
inline Snapshots MadeSnapshots(size_t rows) {
  std::mt19937_64 dice(5);
  std::uniform_real_distribution<double> uniform;
  std::exponential_distribution<double> wait;
  Snapshots data;
  data.features = {"x"};
  for (size_t row = 0; row < rows; ++row) {
    const double x = uniform(dice);
    Snapshot snapshot;
    snapshot.listener = static_cast<uint32_t>(row);
    snapshot.cut_off = 17'000;
    snapshot.observed_days = row % 2 == 0 ? 30 : 10;
    const double day = wait(dice) / (0.002 + 0.02 * x);
    if (day < snapshot.observed_days) snapshot.cancel_day = static_cast<int32_t>(day) + 1;
    data.users.push_back(std::to_string(row));
    data.rows.push_back(snapshot);
    data.values.push_back(static_cast<float>(x));
  }
  return data;
}

}  // namespace cadenza::churn
