#include "churn/model_tables.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "churn/truth.h"
#include "lake/made_rows.h"
#include "lake/model.h"

namespace cadenza::churn {
namespace {

using learn::Measures;
using nlohmann::json;

constexpr const char* kMeasureNames[Measures::kKinds] = {
    "auc",    "average_precision", "f1",    "log_loss", "brier_score", "calibration_error",
    "lift_5", "lift_10",           "profit"};
constexpr const char* kModelTables[] = {"churn_models", "churn_calibration", "churn_lift",
                                        "churn_segments", "churn_tests"};

json NumberOrNull(double value) { return std::isfinite(value) ? json(value) : json(); }

/// Rows on their way to a table of gold.
class TableRows {
 public:
  static Result<TableRows> Of(const char* table) {
    TableRows rows(table);
    CADENZA_ASSIGN(rows.made_, lake::MadeRows::Make());
    return rows;
  }
  void Add(const json& row) { made_->Add(row); }
  Status Stage(engine::Engine* engine, warehouse::ModelRefresh* gold) {
    const std::string name = std::string(table_) + "_made";
    CADENZA_TRY(made_->Load(engine, name, lake::FindModel(table_)->engine_columns()));
    return gold->StageRows(table_, "SELECT * FROM " + name);
  }

 private:
  explicit TableRows(const char* table) : table_(table) {}

  const char* table_;
  std::unique_ptr<lake::MadeRows> made_;
};

json KeyOf(const TestedModel& tested) {
  return {{"model", tested.model},
          {"outcome", OutcomeName(tested.outcome)},
          {"horizon_days", tested.horizon}};
}

json ModelRow(const Snapshots& data, const Evaluation& evaluation, const TestedModel& tested) {
  json row = KeyOf(tested);
  int32_t first = INT32_MAX, last = 0;
  for (const size_t at : tested.rows) {
    first = std::min(first, data.rows[at].cut_off);
    last = std::max(last, data.rows[at].cut_off);
  }
  row["test_from"] = DateText(first);
  row["test_to"] = DateText(last);
  row["train_rows"] = tested.train_rows;
  row["test_rows"] = tested.rows.size();
  row["positives"] = tested.positives;
  for (size_t kind = 0; kind < Measures::kKinds; ++kind) {
    const std::string name = kMeasureNames[kind];
    row[name] = tested.measures[kind].value;
    row[name + "_low"] = tested.measures[kind].low;
    row[name + "_high"] = tested.measures[kind].high;
  }
  const AttainedShares shares = SharesOf(evaluation, tested);
  row["auc_share"] = NumberOrNull(shares.auc);
  row["loss_share"] = NumberOrNull(shares.loss);
  return row;
}

/// What is summed up over rows from the greatest probability down.
struct Sums {
  int64_t rows = 0, positives = 0;
  double said = 0;

  void Take(double probability, bool happened) {
    ++rows;
    positives += happened ? 1 : 0;
    said += probability;
  }
  double foretold() const { return rows == 0 ? 0 : said / static_cast<double>(rows); }
  double happened() const {
    return rows == 0 ? 0 : static_cast<double>(positives) / static_cast<double>(rows);
  }
};

void AddCalibration(const TestedModel& tested, TableRows* rows) {
  const std::vector<size_t> order = learn::OrderOf(tested.probabilities);
  std::array<Sums, 10> tenths;
  for (size_t place = 0; place < order.size(); ++place) {
    tenths[place * tenths.size() / order.size()].Take(tested.probabilities[order[place]],
                                                      tested.happened[order[place]] == 1);
  }
  for (size_t tenth = 0; tenth < tenths.size(); ++tenth) {
    const Sums& sums = tenths[tenth];
    if (sums.rows == 0) continue;
    json row = KeyOf(tested);
    row["tenth"] = tenth + 1;
    row["test_rows"] = sums.rows;
    row["foretold"] = sums.foretold();
    row["happened"] = sums.happened();
    row["happened_low"] = learn::LeastShare(sums.positives, sums.rows, 0.025);
    row["happened_high"] = learn::GreatestShare(sums.positives, sums.rows, 0.025);
    rows->Add(row);
  }
}

void AddLift(const TestedModel& tested, const OfferTerms& terms, TableRows* rows) {
  const std::vector<size_t> order = learn::OrderOf(tested.probabilities);
  Sums so_far;
  size_t taken = 0;
  const double all = static_cast<double>(tested.positives) / static_cast<double>(order.size());
  for (int percent = 5; percent <= 100; percent += 5) {
    const size_t until = order.size() * static_cast<size_t>(percent) / 100;
    for (; taken < until; ++taken) {
      so_far.Take(tested.probabilities[order[taken]], tested.happened[order[taken]] == 1);
    }
    json row = KeyOf(tested);
    row["percent"] = percent;
    row["test_rows"] = so_far.rows;
    row["positives"] = so_far.positives;
    row["lift"] = all > 0 ? json(so_far.happened() / all) : json();
    row["found"] =
        tested.positives > 0
            ? json(static_cast<double>(so_far.positives) / static_cast<double>(tested.positives))
            : json();
    row["profit"] = static_cast<double>(so_far.positives) * terms.ExpectedValue(1) +
                    static_cast<double>(so_far.rows - so_far.positives) * terms.ExpectedValue(0);
    rows->Add(row);
  }
}

/// The group of a snapshot by each segment; the segment is left out where its column is not known.
std::vector<std::pair<const char*, std::string>> SegmentsOf(const Snapshots& data, size_t row) {
  const auto value = [&](const char* feature) {
    const auto found = std::ranges::find(data.features, feature);
    return found == data.features.end() ? std::nanf("")
                                        : data.Values(row)[found - data.features.begin()];
  };
  const auto either = [](float of, const char* yes, const char* no) -> std::string {
    return std::isnan(of) ? "not told" : of > 0 ? yes : no;
  };
  const float days = value("days_known");
  return {{"pays", data.rows[row].pays ? "pays" : "does not pay"},
          {"gender", either(value("is_female"), "F", "M")},
          {"phone", either(value("on_phone"), "phone or tablet", "computer")},
          {"known for", std::isnan(days) ? "not told"
                        : days <= 14     ? "up to 14 days"
                        : days <= 30     ? "15 to 30 days"
                                         : "more than 30 days"}};
}

void AddSegments(const Snapshots& data, const TestedModel& tested, const EvaluationOptions& options,
                 TableRows* rows) {
  std::map<std::pair<std::string, std::string>, TestedModel> groups;
  for (size_t at = 0; at < tested.rows.size(); ++at) {
    for (const auto& [segment, group] : SegmentsOf(data, tested.rows[at])) {
      TestedModel& part = groups[{segment, group}];
      part.rows.push_back(tested.rows[at]);
      part.folds.push_back(tested.folds[at]);
      part.probabilities.push_back(tested.probabilities[at]);
      part.happened.push_back(tested.happened[at]);
    }
  }
  for (auto& [key, part] : groups) {
    Judge(data, options, &part);
    Sums sums;
    for (size_t at = 0; at < part.rows.size(); ++at) {
      sums.Take(part.probabilities[at], part.happened[at] == 1);
    }
    const bool has_both = sums.positives > 0 && sums.positives < sums.rows;
    const learn::Interval& auc = part.measures[Measures::kAuc];
    rows->Add({{"segment", key.first},
               {"value", key.second},
               {"test_rows", sums.rows},
               {"positives", sums.positives},
               {"foretold", sums.foretold()},
               {"happened", sums.happened()},
               {"auc", has_both ? json(auc.value) : json()},
               {"auc_low", has_both ? json(auc.low) : json()},
               {"auc_high", has_both ? json(auc.high) : json()}});
  }
}

/// The horizons that churn_tests and churn_scores have columns for.
bool HasColumn(int horizon) { return horizon == 5 || horizon == 10 || horizon == 30; }

void AddTests(const Snapshots& data, const Evaluation& evaluation, TableRows* rows) {
  std::map<std::tuple<std::string, size_t>, json> tests;
  for (const TestedModel& tested : evaluation.models) {
    if (!HasColumn(tested.horizon)) continue;
    const std::string column = fmt::format("{}_{}d", OutcomeName(tested.outcome), tested.horizon);
    for (size_t at = 0; at < tested.rows.size(); ++at) {
      json& row = tests[{tested.model, tested.rows[at]}];
      row["fold"] = tested.folds[at];
      row[column] = tested.probabilities[at];
      row[column + "_happened"] = tested.happened[at] == 1;
    }
  }
  for (auto& [key, row] : tests) {
    const auto& [model, at] = key;
    row["user_id"] = data.users[data.rows[at].listener];
    row["cut_off"] = DateText(data.rows[at].cut_off);
    row["model"] = model;
    rows->Add(row);
  }
}

}  // namespace

Status StageEvaluation(engine::Engine* engine, warehouse::ModelRefresh* gold, const Snapshots& data,
                       const Evaluation& evaluation, const EvaluationOptions& options) {
  CADENZA_ASSIGN(TableRows models, TableRows::Of("churn_models"));
  CADENZA_ASSIGN(TableRows calibration, TableRows::Of("churn_calibration"));
  CADENZA_ASSIGN(TableRows lift, TableRows::Of("churn_lift"));
  CADENZA_ASSIGN(TableRows segments, TableRows::Of("churn_segments"));
  CADENZA_ASSIGN(TableRows tests, TableRows::Of("churn_tests"));
  for (const TestedModel& tested : evaluation.models) {
    models.Add(ModelRow(data, evaluation, tested));
    AddCalibration(tested, &calibration);
    AddLift(tested, options.terms, &lift);
  }
  const TestedModel* main = evaluation.Find(kHazardModel, Outcome::kCancel, options.main_horizon());
  if (main) AddSegments(data, *main, options, &segments);
  AddTests(data, evaluation, &tests);
  for (TableRows* rows : {&models, &calibration, &lift, &segments, &tests}) {
    CADENZA_TRY(rows->Stage(engine, gold));
  }
  return {};
}

Status EmptyEvaluation(warehouse::ModelRefresh* gold) {
  for (const char* table : kModelTables) CADENZA_TRY(gold->EmptyTable(table));
  return {};
}

}  // namespace cadenza::churn
