#include "churn/truth.h"

#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <unordered_map>

#include "engine/typed_rows.h"

namespace cadenza::churn {
namespace {

constexpr const char* kOracle = "oracle";
constexpr const char* kAttainable = "attainable";
using BothProbabilities = std::array<double, 2>;
using TruthRows = std::unordered_map<std::string, BothProbabilities>;

std::string KeyOf(std::string_view user, int64_t cut_off, int64_t horizon) {
  return fmt::format("{}\n{}\n{}", cut_off, horizon, user);
}

std::string TruthSelect(const std::string& folder) {
  return fmt::format(
      "SELECT CAST(user_id AS VARCHAR) AS user_id, CAST(utc_clock(cut_off) AS DATE) AS cut_off, "
      "horizon_days, probability, attainable FROM read_parquet({})",
      engine::QuoteText(folder + "/truth_hazard/*.parquet"));
}

Result<TruthRows> ReadTruth(engine::Engine* engine, const std::string& folder) {
  TruthRows truth;
  const auto take = [&](const engine::TypedBatch& batch) -> Status {
    for (size_t row = 0; row < batch.rows; ++row) {
      truth[KeyOf(batch.columns[0].Text(row), batch.columns[1].whole[row],
                  batch.columns[2].whole[row])] = {batch.columns[3].Number(row),
                                                   batch.columns[4].Number(row)};
    }
    return {};
  };
  CADENZA_TRY(engine::ReadTyped(&engine->here(), TruthSelect(folder), take));
  return truth;
}

double BaseLoss(const TestedModel& tested) {
  const double p = static_cast<double>(tested.positives) / static_cast<double>(tested.rows.size());
  if (p <= 0 || p >= 1) return 0;
  return -p * std::log(p) - (1 - p) * std::log(1 - p);
}

}  // namespace

Status CheckTruth(engine::Engine* engine, const std::string& folder) {
  const auto described = engine->here().Describe(TruthSelect(folder));
  if (described.ok()) return {};
  return MakeError(ErrorKind::kUsage, "--truth: {}: {}", folder, described.error().message);
}

Status AddTruth(engine::Engine* engine, const std::string& folder, const Snapshots& data,
                const EvaluationOptions& options, Evaluation* evaluation) {
  CADENZA_ASSIGN(const TruthRows truth, ReadTruth(engine, folder));
  std::vector<TestedModel> added;
  for (const TestedModel& tested : evaluation->models) {
    if (tested.model != kHazardModel || tested.outcome != Outcome::kCancel) continue;
    size_t missing = 0;
    std::array<TestedModel, 2> both = {tested, tested};
    for (size_t at = 0; at < tested.rows.size(); ++at) {
      const Snapshot& row = data.rows[tested.rows[at]];
      const auto found = truth.find(KeyOf(data.users[row.listener], row.cut_off, tested.horizon));
      if (found == truth.end()) {
        ++missing;
        continue;
      }
      for (size_t which = 0; which < both.size(); ++which) {
        both[which].probabilities[at] = found->second[which];
      }
    }
    if (missing > 0) {
      evaluation->notes.push_back(fmt::format(
          "the truth does not tell of {} of {} snapshots, {} days ahead: no attainable share",
          missing, tested.rows.size(), tested.horizon));
      continue;
    }
    both[0].model = kOracle;
    both[1].model = kAttainable;
    for (TestedModel& model : both) {
      model.train_rows = 0;
      Judge(data, options, &model);
      added.push_back(std::move(model));
    }
  }
  for (TestedModel& model : added) evaluation->models.push_back(std::move(model));
  return {};
}

AttainedShares SharesOf(const Evaluation& evaluation, const TestedModel& tested) {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  const TestedModel* best = evaluation.Find(kAttainable, tested.outcome, tested.horizon);
  if (!best) return {kUnknown, kUnknown};
  const auto value = [](const TestedModel& model, learn::Measures::Kind kind) {
    return model.measures[kind].value;
  };
  const double base = BaseLoss(tested);
  return {
      (value(tested, learn::Measures::kAuc) - 0.5) / (value(*best, learn::Measures::kAuc) - 0.5),
      (base - value(tested, learn::Measures::kLogLoss)) /
          (base - value(*best, learn::Measures::kLogLoss))};
}

}  // namespace cadenza::churn
