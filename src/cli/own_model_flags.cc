#include "cli/own_model_flags.h"

#include "cli/command.h"

namespace cadenza::cli {

using nlohmann::json;
using warehouse::OwnOutcome;

json OwnModelsJson(const warehouse::OwnSummary& summary) {
  json models = json::object();
  for (const auto& [name, outcome] : summary.models) {
    json entry = {{"state", std::string(warehouse::StateName(outcome.state))}};
    if (outcome.why.empty()) entry["rows"] = outcome.rows;
    if (!outcome.why.empty()) entry["why"] = outcome.why;
    models[name] = std::move(entry);
  }
  return models;
}

void PrintOwnModels(const warehouse::OwnSummary& summary) {
  if (summary.models.empty()) return;
  fmt::print("\n  {:<24} {:>9}  {}\n", "own model", "rows", "state");
  for (const auto& [name, outcome] : summary.models) {
    fmt::print("  {:<24} {:>9}  {}\n", name,
               outcome.why.empty() ? std::to_string(outcome.rows) : std::string("-"),
               warehouse::StateName(outcome.state));
  }
}

void WarnOfOwnModels(const warehouse::OwnSummary& summary) {
  for (const std::string& warning : summary.warnings) PrintError("warning: {}\n", warning);
  for (const auto& [name, outcome] : summary.models) {
    if (outcome.why.empty()) continue;
    fmt::print(stderr, "warning: the model {} {}: {}\n", name, warehouse::StateName(outcome.state),
               outcome.why);
  }
  for (const std::string& name : summary.gone) {
    const auto found = summary.models.find(name);
    if (found != summary.models.end() && found->second.state == OwnOutcome::State::kDropped) {
      continue;
    }
    fmt::print(
        stderr,
        "warning: the model {} is in the lake, but in no folder of --models; its table stays "
        "(cadenza refresh --drop drops it)\n",
        name);
  }
}

void OwnModelFlags::Declare(CLI::App* app) {
  DeclareList(app, "--models", &folders_,
              "folder with models of your own (*.sql), which follow what the job changes; see "
              "cadenza models --help")
      ->type_name("FOLDER");
}

Status OwnModelFlags::Check(lake::Lake* lake) {
  CADENZA_ASSIGN(models_, warehouse::OwnModels::Read(folders_, lake));
  run_before_ = lake->manifest().run;
  return {};
}

Result<bool> OwnModelFlags::Follow(lake::Lake* lake, warehouse::JobOptions job) {
  if (models_.empty()) return true;
  warehouse::OwnRefreshOptions options;
  options.job = std::move(job);
  options.changed_after = run_before_;
  CADENZA_ASSIGN(summary_, warehouse::RefreshOwnModels(lake, models_, options));
  WarnOfOwnModels(summary_);
  return !summary_.has_failed();
}

void OwnModelFlags::AddTo(json* summary) const {
  if (!summary_.models.empty()) (*summary)["own_models"] = OwnModelsJson(summary_);
}

void OwnModelFlags::Print() const { PrintOwnModels(summary_); }

}  // namespace cadenza::cli
