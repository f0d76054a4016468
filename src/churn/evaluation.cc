#include "churn/evaluation.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <tuple>

#include "churn/rival.h"
#include "churn/settings_search.h"
#include "storage/parallel.h"

namespace cadenza::churn {
namespace {

constexpr double kHelps = 0.001;  ///< of the log loss, that calibration must gain

/// Horizons that are tested on the same cut-offs.
struct Trial {
  int32_t known_until = 0;  ///< the first test cut-off
  std::vector<int> horizons;
  std::vector<size_t> train, test;  ///< rows of all folds
};

/// Days that the log covers after each cut-off.
std::map<int32_t, int32_t> TestCutOffs(const Snapshots& data) {
  std::map<int32_t, int32_t> days;
  for (const Snapshot& row : data.rows) days[row.cut_off] = row.observed_days;
  return days;
}

std::vector<Trial> PlanTrials(const Snapshots& data, const EvaluationOptions& options,
                              std::vector<std::string>* notes) {
  const std::map<int32_t, int32_t> cut_offs = TestCutOffs(data);
  std::map<std::pair<int32_t, int32_t>, std::vector<int>> by_test;
  for (const int horizon : options.horizons) {
    std::vector<int32_t> complete;
    for (const auto& [cut_off, days] : cut_offs) {
      if (days >= horizon) complete.push_back(cut_off);
    }
    if (complete.empty()) {
      notes->push_back(fmt::format("the log covers no horizon of {} days: left out", horizon));
      continue;
    }
    const int32_t last = complete.back();
    const int32_t first = complete.size() > 1 ? complete[complete.size() - 2] : last;
    if (first == cut_offs.begin()->first) {
      notes->push_back(fmt::format(
          "no cut-off lies before those that test a horizon of {} days: not measured", horizon));
      continue;
    }
    by_test[{first, last}].push_back(horizon);
  }
  std::vector<Trial> trials;
  for (const auto& [test, horizons] : by_test) {
    Trial trial{.known_until = test.first, .horizons = horizons, .train = {}, .test = {}};
    for (size_t row = 0; row < data.size(); ++row) {
      const int32_t cut_off = data.rows[row].cut_off;
      if (cut_off < test.first) trial.train.push_back(row);
      if (cut_off == test.first || cut_off == test.second) trial.test.push_back(row);
    }
    trials.push_back(std::move(trial));
  }
  return trials;
}

class Evaluator {
 public:
  Evaluator(const Snapshots& data, const EvaluationOptions& options)
      : data_(data), options_(options) {
    for (const std::string& user : data.users) folds_.push_back(learn::FoldOf(user, options.folds));
  }

  Result<Evaluation> Work() {
    trials_ = PlanTrials(data_, options_, &result_.notes);
    for (const Trial& trial : trials_) {
      for (int fold = 0; fold < options_.folds; ++fold) Plan(trial, fold);
    }
    std::atomic<size_t> done = 0;
    CADENZA_TRY(InParallel(tasks_.size(), options_.threads, [&](size_t task) -> Status {
      CADENZA_TRY(tasks_[task]());
      if (options_.on_fit) {
        const std::lock_guard lock(mutex_);
        options_.on_fit(++done, tasks_.size());
      }
      return {};
    }));
    Collect();
    Calibrate();
    for (TestedModel& tested : result_.models) Judge(data_, options_, &tested);
    return std::move(result_);
  }

 private:
  std::vector<size_t> RowsOf(const std::vector<size_t>& rows, int fold, bool in_fold) const {
    std::vector<size_t> chosen;
    for (const size_t row : rows) {
      if ((folds_[data_.rows[row].listener] == fold) == in_fold) chosen.push_back(row);
    }
    return chosen;
  }

  void Plan(const Trial& trial, int fold) {
    tasks_.emplace_back([this, &trial, fold] { return FitHazards(trial, fold); });
    const bool is_main = std::ranges::count(trial.horizons, options_.main_horizon()) > 0;
    if (!is_main || !options_.with_rivals) return;
    for (const Outcome outcome : kOutcomes) {
      for (const Rival rival : kRivals) {
        tasks_.emplace_back(
            [this, &trial, fold, outcome, rival] { return FitRival(trial, fold, outcome, rival); });
      }
    }
  }

  Status FitHazards(const Trial& trial, int fold) {
    const std::vector<size_t> train = RowsOf(trial.train, fold, false);
    const std::vector<size_t> test = RowsOf(trial.test, fold, true);
    HazardOptions hazard;
    hazard.seed = options_.seed;
    hazard.days_max = *std::ranges::max_element(options_.horizons);
    hazard.is_stopped = options_.is_stopped;
    CADENZA_ASSIGN(const SettingsSearch searched,
                   SearchSettings(data_, train, trial.known_until, hazard, options_.search));
    hazard.trees = searched.best;
    std::map<Outcome, Hazards> hazards;
    for (const Outcome outcome : kOutcomes) {
      const Result<HazardModel> model =
          HazardModel::Fit(data_, train, outcome, trial.known_until, hazard);
      if (!model.ok() && model.error().kind == ErrorKind::kInput) continue;  // one class
      if (!model.ok()) return model.error();
      CADENZA_ASSIGN(hazards[outcome], model->Predict(data_, test));
    }
    const std::lock_guard lock(mutex_);
    for (const auto& [outcome, hazard_of] : hazards) {
      const auto cancel = hazards.find(Outcome::kCancel);
      for (const int horizon : trial.horizons) {
        std::vector<double> probabilities;
        for (size_t at = 0; at < test.size(); ++at) {
          const bool competes = outcome == Outcome::kDowngrade && cancel != hazards.end();
          probabilities.push_back(competes ? hazard_of.WithinAgainst(cancel->second, at, horizon)
                                           : hazard_of.Within(at, horizon));
        }
        Note(kHazardModel, outcome, horizon, fold, test, probabilities, train.size());
      }
    }
    return {};
  }

  Status FitRival(const Trial& trial, int fold, Outcome outcome, Rival rival) {
    const int horizon = options_.main_horizon();
    const std::vector<size_t> test = RowsOf(trial.test, fold, true);
    std::vector<size_t> train;
    std::vector<uint8_t> labels;
    for (const size_t row : RowsOf(trial.train, fold, false)) {
      const Known known = Happened(data_.rows[row], outcome, horizon, trial.known_until);
      if (!known.is_known || !IsExposed(data_.rows[row], outcome)) continue;
      train.push_back(row);
      labels.push_back(known.in_time ? 1 : 0);
    }
    const RivalOptions rival_options{options_.seed, options_.is_stopped};
    const Result<std::vector<double>> probabilities =
        PredictBy(rival, data_, train, labels, test, rival_options);
    if (!probabilities.ok()) {
      const bool is_one_class = probabilities.error().kind == ErrorKind::kInput;
      return is_one_class ? Status() : Status(probabilities.error());
    }
    const std::lock_guard lock(mutex_);
    Note(RivalName(rival), outcome, horizon, fold, test, *probabilities, train.size());
    return {};
  }

  /// What a model says of the test rows of a fold; those who cannot have the outcome are left out.
  void Note(const char* model, Outcome outcome, int horizon, int fold,
            const std::vector<size_t>& rows, const std::vector<double>& probabilities,
            size_t train_rows) {
    Said said;
    said.train_rows = train_rows;
    for (size_t at = 0; at < rows.size(); ++at) {
      if (!IsExposed(data_.rows[rows[at]], outcome)) continue;
      said.rows.push_back(rows[at]);
      said.probabilities.push_back(probabilities[at]);
    }
    said_[{model, outcome, horizon}][fold] = std::move(said);
  }

  /// Brings the folds together, in their order.
  void Collect() {
    for (auto& [key, folds] : said_) {
      if (folds.size() < static_cast<size_t>(options_.folds)) continue;
      TestedModel tested;
      std::tie(tested.model, tested.outcome, tested.horizon) = key;
      for (const auto& [fold, said] : folds) {
        tested.train_rows =
            std::max<int64_t>(tested.train_rows, static_cast<int64_t>(said.train_rows));
        for (size_t at = 0; at < said.rows.size(); ++at) {
          tested.rows.push_back(said.rows[at]);
          tested.folds.push_back(fold);
          tested.probabilities.push_back(said.probabilities[at]);
          const Snapshot& row = data_.rows[said.rows[at]];
          const Known known = Happened(row, tested.outcome, tested.horizon, INT32_MAX);
          tested.happened.push_back(known.in_time ? 1 : 0);
        }
      }
      result_.models.push_back(std::move(tested));
    }
  }

  /// One line through the log odds of an outcome, the same for all horizons, so that they still
  /// agree. It has to help those folds that it was not fitted on.
  void Calibrate() {
    for (const Outcome outcome : kOutcomes) {
      const TestedModel* main = result_.Find(kHazardModel, outcome, options_.main_horizon());
      if (!main) continue;
      const std::vector<double> calibrated = AcrossFolds(*main, *main);
      const double before = learn::LogLoss(main->probabilities, main->happened);
      if (learn::LogLoss(calibrated, main->happened) > (1 - kHelps) * before) continue;
      result_.calibrators[outcome] = learn::Calibrator::Fit(main->probabilities, main->happened);
      const TestedModel fitted_on = *main;
      for (TestedModel& tested : result_.models) {
        if (tested.model != kHazardModel || tested.outcome != outcome) continue;
        tested.probabilities = AcrossFolds(fitted_on, tested);
      }
    }
  }

  std::vector<double> AcrossFolds(const TestedModel& fitted_on, const TestedModel& tested) const {
    std::vector<learn::Calibrator> calibrators;
    for (int fold = 0; fold < options_.folds; ++fold) {
      std::vector<double> scores;
      std::vector<uint8_t> labels;
      for (size_t at = 0; at < fitted_on.rows.size(); ++at) {
        if (fitted_on.folds[at] == fold) continue;
        scores.push_back(fitted_on.probabilities[at]);
        labels.push_back(fitted_on.happened[at]);
      }
      calibrators.push_back(learn::Calibrator::Fit(scores, labels));
    }
    std::vector<double> calibrated;
    for (size_t at = 0; at < tested.rows.size(); ++at) {
      const auto fold = static_cast<size_t>(tested.folds[at]);
      calibrated.push_back(calibrators[fold].Apply(tested.probabilities[at]));
    }
    return calibrated;
  }

  struct Said {
    std::vector<size_t> rows;
    std::vector<double> probabilities;
    size_t train_rows = 0;
  };

  const Snapshots& data_;
  const EvaluationOptions& options_;
  std::vector<int> folds_;  ///< by listener
  std::vector<Trial> trials_;
  std::vector<std::function<Status()>> tasks_;
  std::mutex mutex_;
  std::map<std::tuple<std::string, Outcome, int>, std::map<int, Said>> said_;
  Evaluation result_;
};

/// The threshold of each row: the one with the best F1 among the rows of other folds.
std::vector<uint8_t> PredictedAcrossFolds(const TestedModel& tested, int folds) {
  std::vector<double> thresholds;
  for (int fold = 0; fold < folds; ++fold) {
    std::vector<double> scores;
    std::vector<uint8_t> labels;
    for (size_t at = 0; at < tested.rows.size(); ++at) {
      if (tested.folds[at] == fold) continue;
      scores.push_back(tested.probabilities[at]);
      labels.push_back(tested.happened[at]);
    }
    thresholds.push_back(learn::BestThreshold(scores, labels));
  }
  std::vector<uint8_t> predicted;
  for (size_t at = 0; at < tested.rows.size(); ++at) {
    const auto fold = static_cast<size_t>(tested.folds[at]);
    predicted.push_back(tested.probabilities[at] >= thresholds[fold] ? 1 : 0);
  }
  return predicted;
}

}  // namespace

const TestedModel* Evaluation::Find(const std::string& model, Outcome outcome, int horizon) const {
  const auto found = std::ranges::find_if(models, [&](const TestedModel& tested) {
    return tested.model == model && tested.outcome == outcome && tested.horizon == horizon;
  });
  return found == models.end() ? nullptr : &*found;
}

void Judge(const Snapshots& data, const EvaluationOptions& options, TestedModel* tested) {
  learn::JudgedRows rows;
  rows.scores = tested->probabilities;
  rows.labels = tested->happened;
  tested->predicted = PredictedAcrossFolds(*tested, options.folds);
  rows.predicted = tested->predicted;
  tested->positives = std::ranges::count(tested->happened, uint8_t{1});
  std::map<uint32_t, uint32_t> groups;
  for (size_t at = 0; at < tested->rows.size(); ++at) {
    const bool is_offered = options.terms.IsWorthIt(tested->probabilities[at]);
    rows.gains.push_back(is_offered ? options.terms.ExpectedValue(tested->happened[at]) : 0);
    const uint32_t listener = data.rows[tested->rows[at]].listener;
    rows.groups.push_back(groups.emplace(listener, groups.size()).first->second);
  }
  tested->measures =
      learn::MeasureWithIntervals(rows, options.repetitions, static_cast<uint64_t>(options.seed));
}

Result<Evaluation> Evaluate(const Snapshots& data, const EvaluationOptions& options) {
  return Evaluator(data, options).Work();
}

}  // namespace cadenza::churn
