#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "churn/snapshots.h"
#include "learn/gradient_boosting.h"

namespace cadenza::churn {

enum class Outcome { kCancel, kDowngrade };
inline constexpr Outcome kOutcomes[] = {Outcome::kCancel, Outcome::kDowngrade};
const char* OutcomeName(Outcome outcome);

/// Days after a cut-off, both ends inclusive, counted from 1.
struct Span {
  int first = 1, last = 1;
};
/// 1-2, 3-5, 6-10, 11-20, 21-30, and on by thirties until the days are covered.
std::vector<Span> SpansOf(int days);

/// What is known of an outcome `known` days after the cut-off.
struct Known {
  bool in_time = false;   ///< the outcome came within them
  bool is_known = false;  ///< false: the log does not tell
};
/// Within `days` from the snapshot's cut-off, by who knows the log until `known_until` (days since
/// 1970).
Known Happened(const Snapshot& snapshot, Outcome outcome, int days, int64_t known_until);
/// Whether the outcome can come at all: who does not pay cannot downgrade.
bool IsExposed(const Snapshot& snapshot, Outcome outcome);

/// The probabilities of one outcome by days after the cut-off, for rows of listeners: P(in span |
/// not before) in each span. Survival follows by multiplication, so that all horizons agree.
struct Hazards {
  std::vector<Span> spans;
  std::vector<double> values;  ///< row after row, a span each

  size_t rows() const { return spans.empty() ? 0 : values.size() / spans.size(); }
  /// P(the outcome comes within `days`). Within a span the days count alike.
  double Within(size_t row, int days) const;
  /// The same where another outcome, of the same rows, ends the chance.
  double WithinAgainst(const Hazards& other, size_t row, int days) const;
};

/// How the trees are grown.
struct TreeSettings {
  int rounds = 130;
  int depth = 3;
  double learning_rate = 0.06;
  double features_share = 0.5;
  double least_weight = 10;
};

struct HazardOptions {
  int seed = 1;
  int days_max = 30;
  TreeSettings trees;
  std::function<bool()> is_stopped = {};
};

/// Discrete-time hazards by gradient boosting: a row for each snapshot and span of which the whole
/// is known, the end of the log censors.
class HazardModel {
 public:
  /// `rows`: of the snapshots. kInput when there is nothing to learn from.
  static Result<HazardModel> Fit(const Snapshots& data, std::span<const size_t> rows,
                                 Outcome outcome, int64_t known_until,
                                 const HazardOptions& options);
  static Result<HazardModel> FromJson(std::string_view json, int days_max);
  Result<std::string> ToJson() const { return booster_.ToJson(); }

  Result<Hazards> Predict(const Snapshots& data, std::span<const size_t> rows) const;
  /// Over the spans of these rows that Fit would learn from. kInput when there are none.
  Result<double> LogLoss(const Snapshots& data, std::span<const size_t> rows, Outcome outcome,
                         int64_t known_until) const;
  /// Of the log odds in the span that has the day, row by row: a number for each feature, one for
  /// the span, and what all rows begin with.
  Result<std::vector<float>> Contributions(const Snapshots& data, std::span<const size_t> rows,
                                           int day) const;

 private:
  std::vector<Span> spans_;
  learn::GradientBoosting booster_;
};

}  // namespace cadenza::churn
