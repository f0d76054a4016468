#include "churn/leak_audit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "base/nearest_name.h"
#include "churn/label_tell.h"
#include "learn/gradient_boosting.h"
#include "learn/metrics.h"
#include "learn/resampling.h"
#include "storage/parallel.h"

namespace cadenza::churn {
namespace {

constexpr int kFolds = 5;
constexpr double kLoud = 0.62;
constexpr double kSuspectGain = 0.05, kSuspectBound = 0.02, kLeakGain = 0.10;
constexpr int kRepetitions = 200;

/// Scores of each row by models of the other folds.
class OutOfFold {
 public:
  OutOfFold(const AuditedTable& table, int seed) : table_(table), seed_(seed) {
    for (size_t row = 0; row < table.rows(); ++row) {
      folds_.push_back(
          learn::FoldOf(table.ids.empty() ? std::to_string(row) : table.ids[row], kFolds));
    }
  }

  Result<std::vector<double>> Scores(const std::vector<size_t>& columns) const {
    const double base = static_cast<double>(std::ranges::count(table_.labels, uint8_t{1})) /
                        static_cast<double>(table_.rows());
    std::vector<double> scores(table_.rows(), base);
    if (columns.empty()) return scores;
    for (int fold = 0; fold < kFolds; ++fold) {
      learn::Dataset train, test;
      for (const size_t c : columns) train.features.push_back("c" + std::to_string(c));
      test.features = train.features;
      std::vector<size_t> tested;
      for (size_t row = 0; row < table_.rows(); ++row) {
        learn::Dataset& part = folds_[row] == fold ? test : train;
        for (const size_t c : columns) part.values.push_back(table_.columns[c].values[row]);
        if (folds_[row] == fold) {
          tested.push_back(row);
        } else {
          train.labels.push_back(table_.labels[row]);
        }
      }
      const bool is_small = train.rows() < 2'000;
      learn::GradientBoostingOptions options;
      options.rounds_max = is_small ? 40 : 80;
      options.depth = is_small ? 2 : 3;
      options.learning_rate = 0.1;
      options.bins = 128;
      options.least_weight = is_small ? 2 : 5;
      options.rows_share = 0.8;
      options.seed = seed_;
      const auto model = learn::GradientBoosting::FitAll(train, options);
      if (!model.ok() && model.error().kind == ErrorKind::kInput) continue;  // one class in a fold
      if (!model.ok()) return model.error();
      CADENZA_ASSIGN(const std::vector<double> told, model->Predict(test));
      for (size_t at = 0; at < tested.size(); ++at) scores[tested[at]] = told[at];
    }
    return scores;
  }

 private:
  const AuditedTable& table_;
  int seed_;
  std::vector<int> folds_;
};

double AucOf(const std::vector<double>& scores, const std::vector<uint8_t>& labels,
             std::span<const size_t> order, std::span<const uint32_t> counts) {
  learn::JudgedRows rows;
  rows.scores = scores;
  rows.labels = labels;
  rows.predicted.assign(scores.size(), 0);
  rows.gains.assign(scores.size(), 0);
  rows.groups.resize(scores.size());
  std::iota(rows.groups.begin(), rows.groups.end(), 0U);
  return learn::Measure(rows, order, counts).values[learn::Measures::kAuc];
}

/// How much the AUC of the second scores is above that of the first, with the lower end of 95 %.
learn::Interval GainOf(const std::vector<double>& without, const std::vector<double>& with,
                       const std::vector<uint8_t>& labels, int seed) {
  const std::vector<size_t> order_without = learn::OrderOf(without),
                            order_with = learn::OrderOf(with);
  std::vector<double> drawn;
  for (int repetition = 0; repetition < kRepetitions; ++repetition) {
    const auto counts = learn::DrawGroups(labels.size(), static_cast<uint64_t>(seed),
                                          static_cast<uint64_t>(repetition));
    drawn.push_back(AucOf(with, labels, order_with, counts) -
                    AucOf(without, labels, order_without, counts));
  }
  return learn::MiddleOf(learn::RocAuc(with, labels) - learn::RocAuc(without, labels),
                         std::move(drawn));
}

class Audit {
 public:
  Audit(const AuditedTable& table, const LeakAuditOptions& options)
      : table_(table), options_(options), models_(table, options.seed) {}

  Result<LeakAudit> Work() {
    result_.rows = table_.rows();
    result_.positives = static_cast<size_t>(std::ranges::count(table_.labels, uint8_t{1}));
    result_.left_out = table_.left_out;
    const size_t candidates = CountCandidates(table_);
    verdicts_.resize(table_.columns.size());
    CADENZA_TRY(InParallel(table_.columns.size(), options_.threads, [&](size_t c) -> Status {
      verdicts_[c].column = table_.columns[c].name;
      if (IsTrusted(c)) verdicts_[c].kind = ColumnVerdict::Kind::kTrusted;
      CADENZA_ASSIGN(const std::vector<double> scores, models_.Scores({c}));
      verdicts_[c].auc_alone = learn::RocAuc(scores, table_.labels);
      if (IsTrusted(c)) return {};
      if (const auto told = FindTell(table_.columns[c], table_.labels, candidates)) {
        verdicts_[c].kind = ColumnVerdict::Kind::kLeak;
        verdicts_[c].why = "tells the label: " + *told;
      }
      return {};
    }));
    CADENZA_TRY(JudgeLoud(candidates));
    CADENZA_TRY(JudgeAll());
    result_.columns = verdicts_;
    std::ranges::stable_sort(result_.columns, [](const auto& a, const auto& b) {
      return a.kind != b.kind ? a.kind > b.kind : a.auc_alone > b.auc_alone;
    });
    return std::move(result_);
  }

 private:
  bool IsTrusted(size_t c) const {
    return std::ranges::count(options_.trusted, table_.columns[c].name) > 0;
  }

  Status JudgeAll() {
    std::vector<size_t> all, clean;
    for (size_t c = 0; c < verdicts_.size(); ++c) {
      all.push_back(c);
      if (verdicts_[c].kind != ColumnVerdict::Kind::kLeak) clean.push_back(c);
    }
    CADENZA_ASSIGN(const std::vector<double> scores, models_.Scores(all));
    result_.all_auc = learn::RocAuc(scores, table_.labels);
    const double threshold = learn::BestThreshold(scores, table_.labels);
    result_.all_f1 = learn::ConfusionAt(scores, table_.labels, threshold).f1();
    CADENZA_ASSIGN(const std::vector<double> without, models_.Scores(clean));
    result_.clean_auc = learn::RocAuc(without, table_.labels);
    return {};
  }

  Status JudgeLoud(size_t candidates) {
    std::vector<size_t> quiet, loud;
    for (size_t c = 0; c < verdicts_.size(); ++c) {
      const bool is_quiet =
          verdicts_[c].auc_alone < kLoud && verdicts_[c].kind != ColumnVerdict::Kind::kLeak;
      (is_quiet || IsTrusted(c) ? quiet : loud).push_back(c);
    }
    CADENZA_ASSIGN(const std::vector<double> without, models_.Scores(quiet));
    result_.quiet_auc = learn::RocAuc(without, table_.labels);
    return InParallel(loud.size(), options_.threads, [&](size_t at) -> Status {
      ColumnVerdict& verdict = verdicts_[loud[at]];
      std::vector<size_t> together = quiet;
      together.push_back(loud[at]);
      std::ranges::sort(together);
      CADENZA_ASSIGN(const std::vector<double> with, models_.Scores(together));
      const learn::Interval gain = GainOf(without, with, table_.labels, options_.seed);
      verdict.gain = gain.value;
      verdict.gain_low = gain.low;
      if (verdict.kind == ColumnVerdict::Kind::kLeak) return {};
      if (gain.value < kSuspectGain || gain.low <= kSuspectBound) return {};
      verdict.kind = ColumnVerdict::Kind::kSuspect;
      verdict.why = fmt::format(
          "alone {:.3f}, and {:.3f} above all quiet columns together ({:.3f}); trust it (--trust) "
          "or leave it out",
          verdict.auc_alone, gain.value, result_.quiet_auc);
      if (gain.value >= kLeakGain && verdict.auc_alone > result_.quiet_auc) {
        verdict.kind = ColumnVerdict::Kind::kLeak;
        verdict.why = fmt::format(
            "outdoes the rest: alone {:.3f}, all quiet columns together {:.3f}, with it {:.3f}",
            verdict.auc_alone, result_.quiet_auc, result_.quiet_auc + gain.value);
      }
      if (const auto cut = FindEmptyEnd(table_.columns[loud[at]], table_.labels, candidates)) {
        verdict.kind = ColumnVerdict::Kind::kLeak;
        verdict.why = "the label cuts it: " + *cut;
      }
      return {};
    });
  }

  const AuditedTable& table_;
  const LeakAuditOptions& options_;
  OutOfFold models_;
  std::vector<ColumnVerdict> verdicts_;
  LeakAudit result_;
};

/// A listener, or a row where nobody is named, that is in both tables has to be in one fold: a
/// model that has seen one copy would tell where the other is not from.
std::vector<std::string> FoldKeys(const AuditedTable& both, const AuditedTable& one,
                                  const AuditedTable& other) {
  std::vector<std::string> keys;
  if (!one.ids.empty() && !other.ids.empty()) {
    keys = one.ids;
    keys.insert(keys.end(), other.ids.begin(), other.ids.end());
    return keys;
  }
  for (size_t row = 0; row < both.rows(); ++row) {
    std::string& key = keys.emplace_back();
    for (const AuditedColumn& column : both.columns) {
      key += fmt::format("{}|", column.values[row]);
    }
  }
  return keys;
}

}  // namespace

const char* VerdictName(ColumnVerdict::Kind kind) {
  switch (kind) {
    case ColumnVerdict::Kind::kFine:
      return "fine";
    case ColumnVerdict::Kind::kTrusted:
      return "trusted";
    case ColumnVerdict::Kind::kSuspect:
      return "suspect";
    case ColumnVerdict::Kind::kLeak:
      return "leak";
  }
  return "";
}

bool LeakAudit::leaks() const {
  return std::ranges::any_of(
      columns, [](const auto& column) { return column.kind == ColumnVerdict::Kind::kLeak; });
}

Status CheckTrusted(const AuditedTable& table, const std::vector<std::string>& trusted) {
  for (const std::string& name : trusted) {
    if (std::ranges::count(table.columns, name, &AuditedColumn::name) > 0) continue;
    std::vector<std::string> names;
    for (const AuditedColumn& column : table.columns) names.push_back(column.name);
    return MakeError(ErrorKind::kUsage, "--trust: the table has {}", NoSuch("column", name, names));
  }
  return {};
}

Result<LeakAudit> AuditLeaks(const AuditedTable& table, const LeakAuditOptions& options) {
  CADENZA_TRY(CheckTrusted(table, options.trusted));
  return Audit(table, options).Work();
}

Result<double> AdversarialAuc(const AuditedTable& one, const AuditedTable& other, int seed) {
  AuditedTable both;
  for (const AuditedColumn& column : one.columns) {
    const auto twin = std::ranges::find(other.columns, column.name, &AuditedColumn::name);
    if (twin == other.columns.end()) continue;
    AuditedColumn joined{column.name, column.values, {}};
    if (column.categories.empty() && twin->categories.empty()) {
      joined.values.insert(joined.values.end(), twin->values.begin(), twin->values.end());
    } else {
      // Categories are numbered in each table by itself: here by the first table's numbers.
      for (const float value : twin->values) {
        const bool is_known = !std::isnan(value) && !twin->categories.empty();
        const std::string text = is_known ? twin->categories[static_cast<size_t>(value)] : "";
        const auto found = std::ranges::find(column.categories, text);
        joined.values.push_back(is_known ? static_cast<float>(found - column.categories.begin())
                                         : std::numeric_limits<float>::quiet_NaN());
      }
    }
    both.columns.push_back(std::move(joined));
  }
  both.labels.assign(one.rows(), 0);
  both.labels.resize(one.rows() + other.rows(), 1);
  both.ids = FoldKeys(both, one, other);
  std::vector<size_t> all(both.columns.size());
  std::iota(all.begin(), all.end(), size_t{0});
  CADENZA_ASSIGN(const std::vector<double> scores, OutOfFold(both, seed).Scores(all));
  return learn::RocAuc(scores, both.labels);
}

}  // namespace cadenza::churn
