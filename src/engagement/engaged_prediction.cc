#include "engagement/engaged_prediction.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>

#include "engagement/engaged_batch.h"
#include "lake/made_rows.h"
#include "learn/gradient_boosting.h"
#include "learn/logistic_regression.h"

namespace cadenza::engagement {
namespace {

constexpr int64_t kCustomersLeast = 200;
constexpr size_t kPrPoints = 100;
constexpr int kCalibrationBins = 10;
constexpr const char* kWholeWindow = "whole window";
constexpr const char* kFirstDays = "first days";

struct Fitted {
  learn::LogisticRegression logistic;
  learn::GradientBoosting boosted;
  double boosted_threshold = 0;
};

std::vector<double> Column(const learn::Dataset& data, size_t feature) {
  std::vector<double> values(data.rows());
  for (size_t row = 0; row < values.size(); ++row)
    values[row] = static_cast<double>(data.Row(row)[feature]);
  return values;
}

/// `threshold` was picked on other customers than these.
ModelMeasures Measure(const char* model, const char* knows, bool is_probability, double threshold,
                      learn::Scores scores, learn::Labels labels) {
  ModelMeasures measures;
  measures.model = model;
  measures.knows = knows;
  measures.threshold = threshold;
  measures.test_customers = static_cast<int64_t>(labels.size());
  measures.confusion = learn::ConfusionAt(scores, labels, threshold);
  measures.roc_auc = learn::RocAuc(scores, labels);
  measures.average_precision = learn::AveragePrecision(scores, labels);
  measures.pr_curve = learn::PrCurve(scores, labels, kPrPoints);
  measures.is_probability = is_probability;
  if (!is_probability) return measures;
  measures.brier_score = learn::BrierScore(scores, labels);
  measures.log_loss = learn::LogLoss(scores, labels);
  measures.calibration = learn::Calibration(scores, labels, kCalibrationBins);
  return measures;
}

/// A threshold on the first feature, picked on the customers not held out.
ModelMeasures MeasureThreshold(const char* model, const char* knows, const SplitCustomers& split) {
  std::vector<double> known = Column(split.train, 0);
  std::vector<uint8_t> labels = split.train.labels;
  const std::vector<double> more = Column(split.validate, 0);
  known.insert(known.end(), more.begin(), more.end());
  labels.insert(labels.end(), split.validate.labels.begin(), split.validate.labels.end());
  ModelMeasures measures = Measure(model, knows, false, learn::BestThreshold(known, labels),
                                   Column(split.test, 0), split.test.labels);
  measures.train_customers = static_cast<int64_t>(labels.size());
  return measures;
}

bool HasBoth(const learn::Dataset& data) {
  const auto yes = std::ranges::count(data.labels, uint8_t{1});
  return yes > 0 && static_cast<size_t>(yes) < data.rows();
}

std::string Number(double value) { return fmt::format("CAST({:.6f} AS DOUBLE)", value); }

std::string NumberOrNull(bool known, double value) {
  return known ? Number(value) : "CAST(NULL AS DOUBLE)";
}

std::string ModelRows(const std::vector<ModelMeasures>& models) {
  std::string rows;
  for (const ModelMeasures& m : models) {
    rows += fmt::format(
        "{}SELECT '{}' AS model, '{}' AS knows, {} AS threshold, {} AS train_customers,"
        " {} AS test_customers, {} AS accuracy, {} AS precision, {} AS recall, {} AS f1,"
        " {} AS true_positives, {} AS false_positives, {} AS true_negatives, {} AS false_negatives,"
        " {} AS roc_auc, {} AS average_precision, {} AS brier_score, {} AS log_loss",
        rows.empty() ? "" : " UNION ALL ", m.model, m.knows, Number(m.threshold), m.train_customers,
        m.test_customers, Number(m.confusion.accuracy()), Number(m.confusion.precision()),
        Number(m.confusion.recall()), Number(m.confusion.f1()), m.confusion.true_positives,
        m.confusion.false_positives, m.confusion.true_negatives, m.confusion.false_negatives,
        Number(m.roc_auc), Number(m.average_precision),
        NumberOrNull(m.is_probability, m.brier_score), NumberOrNull(m.is_probability, m.log_loss));
  }
  return rows;
}

std::string CurveRows(const std::vector<ModelMeasures>& models) {
  std::string rows;
  for (const ModelMeasures& m : models) {
    for (const learn::PrPoint& point : m.pr_curve) {
      rows += fmt::format("{}('{}', {}, {}, {})", rows.empty() ? "" : ", ", m.model,
                          Number(point.threshold), Number(point.precision), Number(point.recall));
    }
  }
  return "SELECT * FROM (VALUES " + rows + ") AS points(model, threshold, precision, recall)";
}

std::string CalibrationRows(const std::vector<ModelMeasures>& models) {
  std::string rows;
  for (const ModelMeasures& m : models) {
    for (const learn::CalibrationBin& bin : m.calibration) {
      rows += fmt::format("{}('{}', {}, {}, {}, {}, {})", rows.empty() ? "" : ", ", m.model,
                          Number(bin.lower), Number(bin.upper), bin.rows,
                          NumberOrNull(bin.rows > 0, bin.mean_score),
                          NumberOrNull(bin.rows > 0, bin.yes_share));
    }
  }
  return "SELECT * FROM (VALUES " + rows +
         ") AS bins(model, bin_lower, bin_upper, customers, mean_score, engaged_share)";
}

double Rounded(double score) { return std::round(score * 1e6) / 1e6; }

/// Scores every customer, batch after batch, into the table engaged_scores.
Status StageScores(engine::Engine* engine, warehouse::ModelRefresh* gold,
                   const CustomerBatches& batches, const Fitted& fitted) {
  CADENZA_ASSIGN(const std::unique_ptr<lake::MadeRows> scores, lake::MadeRows::Make());
  for (int64_t batch = 0; batch < batches.count(); ++batch) {
    CADENZA_ASSIGN(const CustomerBatch customers, batches.Read(batch));
    const std::vector<double> logistic = fitted.logistic.Predict(customers.data);
    CADENZA_ASSIGN(const std::vector<double> boosted, fitted.boosted.Predict(customers.data));
    for (size_t row = 0; row < customers.ids.size(); ++row) {
      scores->Add({{"customer_id", customers.ids[row]},
                   {"early_sessions", static_cast<int64_t>(customers.data.Row(row)[0])},
                   {"logistic_score", Rounded(logistic[row])},
                   {"boosted_score", Rounded(boosted[row])},
                   {"predicted_engaged", boosted[row] >= fitted.boosted_threshold},
                   {"is_engaged", customers.data.labels[row] == 1},
                   {"is_held_out", learn::PartOf(customers.ids[row]) == learn::Part::kTest}});
    }
  }
  CADENZA_TRY(scores->Load(engine, "scored_customers",
                           {{"customer_id", "VARCHAR"},
                            {"early_sessions", "BIGINT"},
                            {"logistic_score", "DOUBLE"},
                            {"boosted_score", "DOUBLE"},
                            {"predicted_engaged", "BOOLEAN"},
                            {"is_engaged", "BOOLEAN"},
                            {"is_held_out", "BOOLEAN"}}));
  return gold->StageRows("engaged_scores",
                         "SELECT scored_customers.*, cutoff_day AS cutoff_date FROM "
                         "scored_customers CROSS JOIN early_span");
}

/// Fits both models and appends their measures.
Result<Fitted> Fit(const SplitCustomers& split, std::vector<ModelMeasures>* models) {
  Fitted fitted;
  const auto known = static_cast<int64_t>(split.train.rows() + split.validate.rows());
  CADENZA_ASSIGN(fitted.logistic, learn::LogisticRegression::Fit(split.train));
  const double logistic_threshold =
      learn::BestThreshold(fitted.logistic.Predict(split.validate), split.validate.labels);
  models->push_back(Measure("logistic_regression", kFirstDays, true, logistic_threshold,
                            fitted.logistic.Predict(split.test), split.test.labels));
  models->back().train_customers = known;
  CADENZA_ASSIGN(fitted.boosted, learn::GradientBoosting::Fit(split.train, split.validate));
  CADENZA_ASSIGN(const std::vector<double> checked, fitted.boosted.Predict(split.validate));
  fitted.boosted_threshold = learn::BestThreshold(checked, split.validate.labels);
  CADENZA_ASSIGN(const std::vector<double> tested, fitted.boosted.Predict(split.test));
  models->push_back(Measure("gradient_boosting", kFirstDays, true, fitted.boosted_threshold, tested,
                            split.test.labels));
  models->back().train_customers = known;
  return fitted;
}

}  // namespace

Result<EngagedPrediction> PredictEngaged(engine::Engine* engine, warehouse::ModelRefresh* gold) {
  EngagedPrediction result;
  CADENZA_TRY(gold->Compute("early_span"));
  CADENZA_ASSIGN(const engine::RowSet possible,
                 engine->Query("SELECT CAST(is_possible AS INTEGER) FROM early_span"));
  if (possible.Number() == 0) {
    result.why_not = "the data or the window end with the first days that are to be learned from";
    return result;
  }
  CADENZA_TRY(gold->Compute("engaged_features"));
  CADENZA_ASSIGN(const CustomerBatches early, CustomerBatches::Open(engine, "engaged_features"));
  CADENZA_TRY(
      engine->BindQuery("window_sessions",
                        "SELECT customer_id, is_engaged, CAST(sessions AS DOUBLE) AS sessions FROM "
                        "customer_engagement WHERE is_active"));
  CADENZA_ASSIGN(const CustomerBatches whole, CustomerBatches::Open(engine, "window_sessions"));
  CADENZA_ASSIGN(const SplitCustomers split, early.ReadSplit());
  if (early.customers() < kCustomersLeast || !HasBoth(split.train) || !HasBoth(split.validate) ||
      !HasBoth(split.test)) {
    result.why_not =
        fmt::format("{} customers, engaged and not, are too few to learn from", early.customers());
    return result;
  }
  CADENZA_ASSIGN(const SplitCustomers whole_split, whole.ReadSplit());
  result.models.push_back(MeasureThreshold("published_threshold", kWholeWindow, whole_split));
  result.models.push_back(MeasureThreshold("early_threshold", kFirstDays, split));
  CADENZA_ASSIGN(const Fitted fitted, Fit(split, &result.models));
  CADENZA_TRY(gold->StageRows("engaged_models", ModelRows(result.models)));
  CADENZA_TRY(gold->StageRows("engaged_pr_curve", CurveRows(result.models)));
  CADENZA_TRY(gold->StageRows("engaged_calibration", CalibrationRows(result.models)));
  CADENZA_TRY(StageScores(engine, gold, early, fitted));
  return result;
}

}  // namespace cadenza::engagement
