#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lake/lake.h"
#include "warehouse/own_refresh.h"

namespace cadenza::cli {

/// --models of the commands that change tables: after the job, a user's own models follow what
/// changed. Without the flag those follow that the lake keeps.
class OwnModelFlags {
 public:
  void Declare(CLI::App* app);
  /// Before the job: reads and checks all models. kUsage with file and line.
  Status Check(lake::Lake* lake);
  /// After the job: computes those whose inputs it changed, and says on standard error what failed
  /// or is gone from the folders. False: one failed.
  Result<bool> Follow(lake::Lake* lake, warehouse::JobOptions job);
  /// Puts into the summary of the job what became of each, as own_models, where there are any.
  void AddTo(nlohmann::json* summary) const;
  /// A line for each model that was computed, for people.
  void Print() const;

 private:
  std::vector<std::string> folders_;
  warehouse::OwnModels models_;
  int64_t run_before_ = 0;
  warehouse::OwnSummary summary_;
};

/// What --json says of each model.
nlohmann::json OwnModelsJson(const warehouse::OwnSummary& summary);
/// A table of the models for people.
void PrintOwnModels(const warehouse::OwnSummary& summary);
/// On standard error: what failed or waits, and what is gone from the folders.
void WarnOfOwnModels(const warehouse::OwnSummary& summary);

}  // namespace cadenza::cli
