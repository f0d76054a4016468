#include "churn/churn_inputs.h"

#include <vector>

#include "lake/model.h"

namespace cadenza::churn {

Result<ChurnInputs> ReadInputs(lake::Lake* lake) {
  ChurnInputs inputs;
  CADENZA_ASSIGN(const lake::TableState state, lake->Load(*lake::FindModel("churn_inputs")));
  if (!state.exists) return inputs;
  CADENZA_TRY(lake->engine().BindFiles("churn_inputs_before", state.Relation()));
  CADENZA_ASSIGN(const engine::RowSet rows,
                 lake->engine().Query("SELECT part, name, digest FROM churn_inputs_before"));
  for (size_t row = 0; row < rows.rows.size(); ++row) {
    const std::string part = rows.Text(row, 0), digest = rows.Text(row, 2);
    if (part == "day") inputs.days[rows.Text(row, 1)] = digest;
    if (part == "known") inputs.known[rows.Text(row, 1)] = digest;
    if (part == "features") inputs.features = digest;
    if (part == "grid") inputs.grid = digest;
    if (part == "model") inputs.model = digest;
    if (part == "scores") inputs.scores = digest;
  }
  return inputs;
}

std::string InputRows(const ChurnInputs& inputs) {
  std::vector<std::string> tuples;
  const auto add = [&](const char* part, const std::string& name, const std::string& digest) {
    if (digest.empty()) return;
    tuples.push_back(
        fmt::format("('{}', {}, {})", part, engine::QuoteText(name), engine::QuoteText(digest)));
  };
  for (const auto& [day, digest] : inputs.days) add("day", day, digest);
  for (const auto& [cut_off, digest] : inputs.known) add("known", cut_off, digest);
  add("features", "", inputs.features);
  add("grid", "", inputs.grid);
  add("model", "", inputs.model);
  add("scores", "", inputs.scores);
  return fmt::format("SELECT * FROM (VALUES {}) AS inputs_now(part, name, digest)",
                     fmt::join(tuples, ", "));
}

}  // namespace cadenza::churn
