#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cadenza::learn {

using Scores = std::span<const double>;
using Labels = std::span<const uint8_t>;

/// Where the logarithm of a loss is cut: no single row makes it infinite.
inline constexpr double kLeastProbability = 1e-15;

/// Counts of predictions: true or false, positive or negative. Shares are 0 where they would divide
/// by zero.
struct Confusion {
  int64_t true_positives = 0, false_positives = 0, true_negatives = 0, false_negatives = 0;

  double accuracy() const;
  double precision() const;
  double recall() const;
  double f1() const;
};

/// A row is predicted yes when its score is at least the threshold.
Confusion ConfusionAt(Scores scores, Labels labels, double threshold);

/// The threshold among the scores with the greatest F1; ties to the greatest threshold.
double BestThreshold(Scores scores, Labels labels);

/// Share of pairs of a yes and a no that the scores put in order, ties half; 0.5 without pairs.
double RocAuc(Scores scores, Labels labels);
/// Mean of the precision at each yes, ties taken together; 0 without a yes.
double AveragePrecision(Scores scores, Labels labels);
/// Of scores that are probabilities.
double BrierScore(Scores scores, Labels labels);
double LogLoss(Scores scores, Labels labels);

struct PrPoint {
  double threshold, precision, recall;
};
/// Precision and recall from the greatest threshold to the least; at most `points_max`.
std::vector<PrPoint> PrCurve(Scores scores, Labels labels, size_t points_max);

/// Rows whose probability lies in [lower, upper), the last bin with its upper end.
struct CalibrationBin {
  double lower = 0, upper = 0;
  int64_t rows = 0;
  double mean_score = 0;  ///< 0 for an empty bin
  double yes_share = 0;
};
std::vector<CalibrationBin> Calibration(Scores scores, Labels labels, int bins);

}  // namespace cadenza::learn
