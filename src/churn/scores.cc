#include "churn/scores.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "churn/listener_days.h"
#include "churn/reasons.h"
#include "lake/made_rows.h"
#include "lake/model.h"
#include "lake/table_rows.h"

namespace cadenza::churn {
namespace {

using nlohmann::json;

constexpr int kHorizonColumns[] = {5, 10, 30};
constexpr size_t kScoredAtOnce = 20'000;
constexpr size_t kHighest = 5;

/// The data with the columns that a model knows, in its order; a column that it lacks is unknown.
Snapshots InOrderOf(const Snapshots& data, const std::vector<std::string>& features) {
  Snapshots ordered;
  ordered.users = data.users;
  ordered.rows = data.rows;
  ordered.features = features;
  std::vector<size_t> columns;
  for (const std::string& name : features) {
    columns.push_back(
        static_cast<size_t>(std::ranges::find(data.features, name) - data.features.begin()));
  }
  for (size_t row = 0; row < data.size(); ++row) {
    for (const size_t column : columns) {
      ordered.values.push_back(column < data.features.size() ? data.Values(row)[column]
                                                             : std::nanf(""));
    }
  }
  return ordered;
}

/// Replaces the rows of one cut-off.
Status StageCutOff(lake::Lake* lake, lake::Run* run, const char* table, const std::string& cut_off,
                   lake::MadeRows* made) {
  const lake::Model& model = *lake::FindModel(table);
  engine::Engine& engine = lake->engine();
  const std::string name = std::string(table) + "_made";
  CADENZA_TRY(made->Load(&engine, name, model.engine_columns()));
  CADENZA_ASSIGN(const lake::TableState before, lake->Load(model));
  lake::TableChange change;
  const std::string rows = lake::TypedRows(model, name);
  if (engine.commits_tables()) {
    change.select = rows;
    if (before.exists) change.where = fmt::format("cut_off = DATE '{}'", cut_off);
  } else {
    for (const auto& [path, file] : before.files) {
      if (PartitionDay(file, "cut_off").starts_with(cut_off)) change.removed.push_back(path);
    }
    CADENZA_ASSIGN(change.added, engine.Write(run->Request(model, model.partition_columns, rows)));
  }
  run->Stage(model, before, model.partition_columns, std::move(change));
  return {};
}

class Scoring {
 public:
  Scoring(const Snapshots& data, const ChurnModel& model, const OfferTerms& terms, int horizon)
      : data_(data), model_(model), terms_(terms), horizon_(horizon), rows_(data.size()) {
    std::iota(rows_.begin(), rows_.end(), size_t{0});
  }

  Status Predict() {
    CADENZA_ASSIGN(cancel_, model_.cancel.Predict(data_, rows_));
    if (model_.downgrade) {
      CADENZA_ASSIGN(downgrade_, model_.downgrade->Predict(data_, rows_));
    }
    order_.resize(rows_.size());
    std::iota(order_.begin(), order_.end(), size_t{0});
    std::vector<double> risks;
    for (const size_t row : rows_) risks.push_back(Cancel(row, horizon_));
    std::ranges::sort(order_, [&](size_t a, size_t b) {
      if (risks[a] != risks[b]) return risks[a] > risks[b];
      return UserOf(a) < UserOf(b);
    });
    return {};
  }

  const std::string& UserOf(size_t row) const { return data_.users[data_.rows[row].listener]; }
  double Cancel(size_t row, int days) const {
    return model_.Calibrated(Outcome::kCancel, cancel_.Within(row, days));
  }
  bool MayDowngrade(size_t row) const { return model_.downgrade && data_.rows[row].pays; }
  double Downgrade(size_t row, int days) const {
    return model_.Calibrated(Outcome::kDowngrade, downgrade_.WithinAgainst(cancel_, row, days));
  }

  void AddScores(const std::string& hash, const std::string& cut_off, lake::MadeRows* made,
                 ScoreSummary* summary) const {
    for (size_t place = 0; place < order_.size(); ++place) {
      const size_t row = order_[place];
      const double risk = Cancel(row, horizon_), value = terms_.ExpectedValue(risk);
      json score = {{"user_id", UserOf(row)},
                    {"cut_off", cut_off},
                    {"model", hash},
                    {"rank", place + 1},
                    {"decile", place * 10 / order_.size() + 1},
                    {"expected_value", value},
                    {"is_offer", value > 0}};
      for (const int days : kHorizonColumns) {
        score[fmt::format("cancel_{}d", days)] = Cancel(row, days);
        if (MayDowngrade(row)) score[fmt::format("downgrade_{}d", days)] = Downgrade(row, days);
      }
      made->Add(score);
      summary->expected_cancellations += risk;
      if (MayDowngrade(row)) summary->expected_downgrades += Downgrade(row, horizon_);
      if (value > 0) {
        ++summary->offers;
        summary->offer_value += value;
      }
    }
    summary->listeners = static_cast<int64_t>(order_.size());
  }

  Status AddReasons(const std::vector<FeatureModel>& features, const std::string& cut_off,
                    lake::MadeRows* made, ScoreSummary* summary) const {
    const Reasons reasons(data_, features);
    const size_t width = data_.features.size() + 2;
    for (size_t from = 0; from < order_.size(); from += kScoredAtOnce) {
      const size_t count = std::min(kScoredAtOnce, order_.size() - from);
      const std::span<const size_t> part(order_.data() + from, count);
      CADENZA_ASSIGN(const std::vector<float> contributions,
                     model_.cancel.Contributions(data_, part, horizon_));
      for (size_t at = 0; at < part.size(); ++at) {
        const std::vector<Reason> found = reasons.Of(part[at], contributions.data() + at * width);
        for (size_t place = 0; place < found.size(); ++place) {
          const Reason& reason = found[place];
          made->Add({{"user_id", UserOf(part[at])},
                     {"cut_off", cut_off},
                     {"place", place + 1},
                     {"feature", reason.feature},
                     {"value", std::isnan(reason.value) ? json() : json(reason.value)},
                     {"usual", std::isnan(reason.usual) ? json() : json(reason.usual)},
                     {"contribution", reason.contribution},
                     {"text", reason.text}});
        }
        if (from + at < kHighest) {
          summary->highest.push_back({UserOf(part[at]), Cancel(part[at], horizon_),
                                      found.empty() ? "" : found.front().text});
        }
      }
    }
    return {};
  }

 private:
  const Snapshots& data_;
  const ChurnModel& model_;
  const OfferTerms& terms_;
  int horizon_;
  std::vector<size_t> rows_, order_;
  Hazards cancel_, downgrade_;
};

}  // namespace

Result<ScoreSummary> StageScores(lake::Lake* lake, lake::Run* run, const Snapshots& data,
                                 const ChurnModel& model, const std::string& model_hash,
                                 const std::vector<FeatureModel>& features, const OfferTerms& terms,
                                 int main_horizon) {
  ScoreSummary summary;
  if (data.size() == 0) {
    return MakeError(ErrorKind::kInput, "nobody is at risk at the cut-off: all have left");
  }
  summary.cut_off = DateText(data.rows.front().cut_off);
  const Snapshots ordered = InOrderOf(data, model.features);
  Scoring scoring(ordered, model, terms, main_horizon);
  CADENZA_TRY(scoring.Predict());
  CADENZA_ASSIGN(const std::unique_ptr<lake::MadeRows> scores, lake::MadeRows::Make());
  scoring.AddScores(model_hash, summary.cut_off, scores.get(), &summary);
  CADENZA_TRY(StageCutOff(lake, run, "churn_scores", summary.cut_off, scores.get()));
  CADENZA_ASSIGN(const std::unique_ptr<lake::MadeRows> reasons, lake::MadeRows::Make());
  CADENZA_TRY(scoring.AddReasons(features, summary.cut_off, reasons.get(), &summary));
  CADENZA_TRY(StageCutOff(lake, run, "churn_reasons", summary.cut_off, reasons.get()));
  return summary;
}

}  // namespace cadenza::churn
