#include "churn/hazard.h"

#include <algorithm>
#include <cmath>

#include "learn/metrics.h"

namespace cadenza::churn {
namespace {

constexpr const char* kSpanFeature = "span_last_day";
constexpr size_t kRowsAtOnce = 20'000;

int32_t DayOf(const Snapshot& snapshot, Outcome outcome) {
  return outcome == Outcome::kCancel ? snapshot.cancel_day : snapshot.downgrade_day;
}

/// Days after the cut-off that are known.
int KnownDays(const Snapshot& snapshot, int64_t known_until) {
  return static_cast<int>(
      std::min<int64_t>(snapshot.observed_days, known_until - snapshot.cut_off));
}

/// The day, unless it is not known yet; INT_MAX: none came.
int DayIfKnown(int day, int known_days) {
  return day > 0 && day <= known_days ? day : std::numeric_limits<int>::max();
}

learn::Dataset EmptyRows(const Snapshots& data) {
  learn::Dataset set;
  set.features = data.features;
  set.features.emplace_back(kSpanFeature);
  return set;
}

void AddRow(const Snapshots& data, size_t row, const Span& span, learn::Dataset* set) {
  const float* values = data.Values(row);
  set->values.insert(set->values.end(), values, values + data.features.size());
  set->values.push_back(static_cast<float>(span.last));
}

/// A row for each snapshot and span of which the whole is known.
learn::Dataset KnownSpans(const Snapshots& data, std::span<const size_t> rows,
                          std::span<const Span> spans, Outcome outcome, int64_t known_until) {
  learn::Dataset set = EmptyRows(data);
  for (const size_t row : rows) {
    const Snapshot& snapshot = data.rows[row];
    if (!IsExposed(snapshot, outcome)) continue;
    const int known_days = KnownDays(snapshot, known_until);
    const int day = DayIfKnown(DayOf(snapshot, outcome), known_days);
    const int cancel_day = DayIfKnown(snapshot.cancel_day, known_days);
    for (const Span& span : spans) {
      if (span.last > known_days || day < span.first) break;
      const bool comes = day <= span.last;
      if (!comes && cancel_day <= span.last) break;
      AddRow(data, row, span, &set);
      set.labels.push_back(comes ? 1 : 0);
    }
  }
  return set;
}

/// How much of the span lies within the days.
double PartWithin(const Span& span, int days) {
  const double part = static_cast<double>(days - span.first + 1) / (span.last - span.first + 1);
  return std::clamp(part, 0.0, 1.0);
}

}  // namespace

const char* OutcomeName(Outcome outcome) {
  return outcome == Outcome::kCancel ? "cancel" : "downgrade";
}

std::vector<Span> SpansOf(int days) {
  std::vector<Span> spans = {{1, 2}, {3, 5}, {6, 10}, {11, 20}, {21, 30}};
  while (spans.back().last < days) spans.push_back({spans.back().last + 1, spans.back().last + 30});
  return spans;
}

bool IsExposed(const Snapshot& snapshot, Outcome outcome) {
  return outcome == Outcome::kCancel || snapshot.pays;
}

Known Happened(const Snapshot& snapshot, Outcome outcome, int days, int64_t known_until) {
  const int known_days = KnownDays(snapshot, known_until);
  // What the log does not cover is unknown for all, also for those of whom it tells already: else
  // those who stayed would be missing among the known.
  return {DayIfKnown(DayOf(snapshot, outcome), known_days) <= days, known_days >= days};
}

double Hazards::Within(size_t row, int days) const {
  double stays = 1;
  for (size_t s = 0; s < spans.size(); ++s) {
    const double part = PartWithin(spans[s], days);
    const double hazard = values[row * spans.size() + s];
    if (part > 0) stays *= part < 1 ? std::pow(1 - hazard, part) : 1 - hazard;
  }
  return 1 - stays;
}

double Hazards::WithinAgainst(const Hazards& other, size_t row, int days) const {
  double there = 1, came = 0;
  for (size_t s = 0; s < spans.size(); ++s) {
    const double part = PartWithin(spans[s], days);
    if (part <= 0) break;
    const double stays = std::pow(1 - values[row * spans.size() + s], part);
    const double remains = std::pow(1 - other.values[row * spans.size() + s], part);
    // Of those whom both would reach in the span, half are reached by the other first.
    came += there * (1 - stays) * (1 + remains) / 2;
    there *= stays * remains;
  }
  return came;
}

Result<HazardModel> HazardModel::Fit(const Snapshots& data, std::span<const size_t> rows,
                                     Outcome outcome, int64_t known_until,
                                     const HazardOptions& options) {
  HazardModel model;
  model.spans_ = SpansOf(options.days_max);
  const learn::Dataset set = KnownSpans(data, rows, model.spans_, outcome, known_until);
  learn::GradientBoostingOptions boosting;
  boosting.rounds_max = options.trees.rounds;
  boosting.depth = options.trees.depth;
  boosting.learning_rate = options.trees.learning_rate;
  boosting.features_share = options.trees.features_share;
  boosting.least_weight = options.trees.least_weight;
  boosting.bins = 64;
  boosting.seed = options.seed;
  boosting.is_stopped = options.is_stopped;
  CADENZA_ASSIGN(model.booster_, learn::GradientBoosting::FitAll(set, boosting));
  return model;
}

Result<HazardModel> HazardModel::FromJson(std::string_view json, int days_max) {
  HazardModel model;
  model.spans_ = SpansOf(days_max);
  CADENZA_ASSIGN(model.booster_, learn::GradientBoosting::FromJson(json));
  return model;
}

Result<Hazards> HazardModel::Predict(const Snapshots& data, std::span<const size_t> rows) const {
  Hazards hazards;
  hazards.spans = spans_;
  hazards.values.reserve(rows.size() * spans_.size());
  for (size_t from = 0; from < rows.size(); from += kRowsAtOnce) {
    learn::Dataset set = EmptyRows(data);
    for (size_t at = from; at < std::min(from + kRowsAtOnce, rows.size()); ++at) {
      for (const Span& span : spans_) AddRow(data, rows[at], span, &set);
    }
    CADENZA_ASSIGN(const std::vector<double> scores, booster_.Predict(set));
    hazards.values.insert(hazards.values.end(), scores.begin(), scores.end());
  }
  return hazards;
}

Result<double> HazardModel::LogLoss(const Snapshots& data, std::span<const size_t> rows,
                                    Outcome outcome, int64_t known_until) const {
  const learn::Dataset set = KnownSpans(data, rows, spans_, outcome, known_until);
  if (set.labels.empty()) {
    return MakeError(ErrorKind::kInput, "no span of days is known: nothing to measure");
  }
  CADENZA_ASSIGN(const std::vector<double> said, booster_.Predict(set));
  return learn::LogLoss(said, set.labels);
}

Result<std::vector<float>> HazardModel::Contributions(const Snapshots& data,
                                                      std::span<const size_t> rows, int day) const {
  const auto span = std::ranges::find_if(spans_, [&](const Span& s) { return s.last >= day; });
  learn::Dataset set = EmptyRows(data);
  for (const size_t row : rows)
    AddRow(data, row, span == spans_.end() ? spans_.back() : *span, &set);
  return booster_.Contributions(set);
}

}  // namespace cadenza::churn
