#include "learn/metrics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cadenza::learn {
namespace {

double Share(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// Rows of one score: how many are yes and no.
struct Tie {
  double score;
  int64_t yes = 0, no = 0;
};

/// From the greatest score to the least.
std::vector<Tie> TiesOf(Scores scores, Labels labels) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  std::vector<Tie> ties;
  for (const size_t row : order) {
    if (ties.empty() || ties.back().score != scores[row]) ties.push_back({scores[row]});
    (labels[row] ? ties.back().yes : ties.back().no) += 1;
  }
  return ties;
}

int64_t Positives(Labels labels) { return std::ranges::count(labels, uint8_t{1}); }

}  // namespace

double Confusion::accuracy() const {
  return Share(true_positives + true_negatives,
               true_positives + true_negatives + false_positives + false_negatives);
}
double Confusion::precision() const {
  return Share(true_positives, true_positives + false_positives);
}
double Confusion::recall() const { return Share(true_positives, true_positives + false_negatives); }
double Confusion::f1() const {
  return Share(2 * true_positives, 2 * true_positives + false_positives + false_negatives);
}

Confusion ConfusionAt(Scores scores, Labels labels, double threshold) {
  Confusion counts;
  for (size_t row = 0; row < scores.size(); ++row) {
    const bool predicted = scores[row] >= threshold;
    if (predicted) {
      (labels[row] ? counts.true_positives : counts.false_positives) += 1;
    } else {
      (labels[row] ? counts.false_negatives : counts.true_negatives) += 1;
    }
  }
  return counts;
}

double BestThreshold(Scores scores, Labels labels) {
  Confusion counts;
  counts.false_negatives = Positives(labels);
  double best = 0, best_f1 = -1;
  for (const Tie& tie : TiesOf(scores, labels)) {
    counts.true_positives += tie.yes;
    counts.false_negatives -= tie.yes;
    counts.false_positives += tie.no;
    if (counts.f1() <= best_f1) continue;
    best = tie.score;
    best_f1 = counts.f1();
  }
  return best;
}

double RocAuc(Scores scores, Labels labels) {
  const int64_t yes = Positives(labels);
  const int64_t no = static_cast<int64_t>(labels.size()) - yes;
  if (yes == 0 || no == 0) return 0.5;
  double ordered = 0;
  int64_t yes_above = 0;
  for (const Tie& tie : TiesOf(scores, labels)) {
    ordered += static_cast<double>(tie.no) *
               (static_cast<double>(yes_above) + static_cast<double>(tie.yes) / 2);
    yes_above += tie.yes;
  }
  return ordered / (static_cast<double>(yes) * static_cast<double>(no));
}

double AveragePrecision(Scores scores, Labels labels) {
  const int64_t yes = Positives(labels);
  if (yes == 0) return 0;
  double sum = 0;
  int64_t found = 0, taken = 0;
  for (const Tie& tie : TiesOf(scores, labels)) {
    found += tie.yes;
    taken += tie.yes + tie.no;
    sum += static_cast<double>(tie.yes) * Share(found, taken);
  }
  return sum / static_cast<double>(yes);
}

double BrierScore(Scores scores, Labels labels) {
  double sum = 0;
  for (size_t row = 0; row < scores.size(); ++row) {
    const double error = scores[row] - labels[row];
    sum += error * error;
  }
  return scores.empty() ? 0 : sum / static_cast<double>(scores.size());
}

double LogLoss(Scores scores, Labels labels) {
  double sum = 0;
  for (size_t row = 0; row < scores.size(); ++row) {
    const double of_label = labels[row] ? scores[row] : 1 - scores[row];
    sum -= std::log(std::clamp(of_label, kLeastProbability, 1.0));
  }
  return scores.empty() ? 0 : sum / static_cast<double>(scores.size());
}

std::vector<PrPoint> PrCurve(Scores scores, Labels labels, size_t points_max) {
  const int64_t yes = Positives(labels);
  std::vector<PrPoint> all;
  int64_t found = 0, taken = 0;
  for (const Tie& tie : TiesOf(scores, labels)) {
    found += tie.yes;
    taken += tie.yes + tie.no;
    all.push_back({tie.score, Share(found, taken), Share(found, yes)});
  }
  if (all.size() <= points_max || points_max < 2) return all;
  std::vector<PrPoint> kept;
  for (size_t n = 0; n < points_max; ++n) {
    kept.push_back(all[n * (all.size() - 1) / (points_max - 1)]);
  }
  return kept;
}

std::vector<CalibrationBin> Calibration(Scores scores, Labels labels, int bins) {
  std::vector<CalibrationBin> result(static_cast<size_t>(bins));
  for (int bin = 0; bin < bins; ++bin) {
    result[static_cast<size_t>(bin)].lower = static_cast<double>(bin) / bins;
    result[static_cast<size_t>(bin)].upper = static_cast<double>(bin + 1) / bins;
  }
  for (size_t row = 0; row < scores.size(); ++row) {
    const int bin = std::clamp(static_cast<int>(scores[row] * bins), 0, bins - 1);
    CalibrationBin& into = result[static_cast<size_t>(bin)];
    ++into.rows;
    into.mean_score += scores[row];
    into.yes_share += labels[row];
  }
  for (CalibrationBin& bin : result) {
    if (bin.rows == 0) continue;
    bin.mean_score /= static_cast<double>(bin.rows);
    bin.yes_share /= static_cast<double>(bin.rows);
  }
  return result;
}

}  // namespace cadenza::learn
