#include "churn/churn_model.h"

#include <nlohmann/json.hpp>
#include <numeric>

#include "base/digest.h"
#include "base/version.h"
#include "storage/parallel.h"

namespace cadenza::churn {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;

std::string NameOf(const std::string& hash) { return "_cadenza/models/churn-" + hash + ".json"; }

json TreesJson(const TreeSettings& trees) {
  return {{"rounds", trees.rounds},
          {"depth", trees.depth},
          {"learning_rate", trees.learning_rate},
          {"features_share", trees.features_share},
          {"least_weight", trees.least_weight}};
}

}  // namespace

double ChurnModel::Calibrated(Outcome outcome, double probability) const {
  const auto found = calibrators.find(outcome);
  return found == calibrators.end() ? probability : found->second.Apply(probability);
}

Result<std::string> ChurnModel::ToJson() const {
  json calibration = json::object();
  for (const auto& [outcome, line] : calibrators) {
    calibration[OutcomeName(outcome)] = {{"slope", line.slope}, {"shift", line.shift}};
  }
  json boosters = json::object();
  CADENZA_ASSIGN(const std::string cancel_json, cancel.ToJson());
  boosters[OutcomeName(Outcome::kCancel)] = json::parse(cancel_json);
  if (downgrade) {
    CADENZA_ASSIGN(const std::string downgrade_json, downgrade->ToJson());
    boosters[OutcomeName(Outcome::kDowngrade)] = json::parse(downgrade_json);
  }
  json spans = json::array();
  for (const Span& span : SpansOf(origin.days_max)) spans.push_back({span.first, span.last});
  const json whole = {{"format", kFormat},
                      {"cadenza", kVersion},
                      {"seed", origin.seed},
                      {"known_until", origin.known_until},
                      {"cut_offs", origin.cut_offs},
                      {"snapshots", origin.snapshots},
                      {"trees", TreesJson(settings.best)},
                      {"tables", origin.table_versions},
                      {"as_known", origin.leaves_out_late},
                      {"feature_sha256", origin.feature_hash},
                      {"features", features},
                      {"spans", spans},
                      {"calibration", calibration},
                      {"boosters", boosters}};
  return whole.dump();
}

Result<ChurnModel> ChurnModel::FromJson(std::string_view text, const std::string& name) {
  const json whole = json::parse(text, nullptr, /*allow_exceptions=*/false);
  const bool is_model = whole.is_object() && whole.value("format", 0) == kFormat &&
                        whole.contains("boosters") && whole["boosters"].contains("cancel");
  if (!is_model) return MakeError(ErrorKind::kInput, "this is no model of churn: {}", name);
  try {
    ChurnModel model;
    model.origin.seed = whole.at("seed").get<int>();
    model.origin.known_until = whole.at("known_until").get<std::string>();
    model.origin.cut_offs = whole.at("cut_offs").get<std::vector<std::string>>();
    model.origin.snapshots = whole.at("snapshots").get<int64_t>();
    model.origin.feature_hash = whole.at("feature_sha256").get<std::string>();
    model.origin.leaves_out_late = whole.value("as_known", false);
    model.origin.table_versions = whole.at("tables").get<std::map<std::string, int64_t>>();
    model.origin.days_max = whole.at("spans").back().at(1).get<int>();
    model.features = whole.at("features").get<std::vector<std::string>>();
    for (const Outcome outcome : kOutcomes) {
      if (!whole.at("calibration").contains(OutcomeName(outcome))) continue;
      const json& line = whole["calibration"][OutcomeName(outcome)];
      model.calibrators[outcome] = {line.at("slope").get<double>(), line.at("shift").get<double>()};
    }
    const json& boosters = whole["boosters"];
    CADENZA_ASSIGN(model.cancel,
                   HazardModel::FromJson(boosters["cancel"].dump(), model.origin.days_max));
    if (boosters.contains("downgrade")) {
      CADENZA_ASSIGN(model.downgrade,
                     HazardModel::FromJson(boosters["downgrade"].dump(), model.origin.days_max));
    }
    return model;
  } catch (const json::exception& error) {
    return MakeError(ErrorKind::kInput, "this is no model of churn ({}): {}", error.what(), name);
  }
}

Result<ChurnModel> FitModel(const Snapshots& data, const ModelOrigin& origin,
                            const Evaluation& evaluation, const EvaluationOptions& options) {
  ChurnModel model;
  model.origin = origin;
  model.features = data.features;
  model.calibrators = evaluation.calibrators;
  std::vector<size_t> rows(data.size());
  std::iota(rows.begin(), rows.end(), size_t{0});
  HazardOptions hazard;
  hazard.seed = origin.seed;
  hazard.days_max = origin.days_max;
  hazard.is_stopped = options.is_stopped;
  CADENZA_ASSIGN(model.settings, SearchSettings(data, rows, INT32_MAX, hazard, options.search));
  hazard.trees = model.settings.best;
  CADENZA_TRY(InParallel(2, options.threads, [&](size_t at) -> Status {
    const Outcome outcome = kOutcomes[at];
    Result<HazardModel> fitted = HazardModel::Fit(data, rows, outcome, INT32_MAX, hazard);
    const bool may_lack =
        outcome == Outcome::kDowngrade && !fitted.ok() && fitted.error().kind == ErrorKind::kInput;
    if (may_lack) return {};
    if (!fitted.ok()) return fitted.error();
    if (outcome == Outcome::kCancel) {
      model.cancel = std::move(*fitted);
    } else {
      model.downgrade = std::move(*fitted);
    }
    return {};
  }));
  return model;
}

Result<std::string> SaveModel(lake::Lake* lake, const ChurnModel& model) {
  CADENZA_ASSIGN(const std::string text, model.ToJson());
  const std::string hash = ToHex(Sha256(text));
  CADENZA_TRY(lake->store().Put(NameOf(hash), text));
  return hash;
}

Result<ChurnModel> LoadModel(lake::Lake* lake, const std::string& hash) {
  const std::string name = NameOf(hash);
  CADENZA_ASSIGN(const std::optional<std::string> text, lake->store().Get(name));
  if (!text) {
    return MakeError(ErrorKind::kNotFound, "the model is not there (--retrain makes one): {}/{}",
                     lake->root(), name);
  }
  if (ToHex(Sha256(*text)) != hash) {
    return MakeError(ErrorKind::kInput, "the model was changed (--retrain makes one): {}/{}",
                     lake->root(), name);
  }
  return ChurnModel::FromJson(*text, name);
}

}  // namespace cadenza::churn
