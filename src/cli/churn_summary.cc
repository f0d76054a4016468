#include "cli/churn_summary.h"

#include <cmath>

#include "churn/truth.h"
#include "cli/message_text.h"

namespace cadenza::cli {
namespace {

using churn::Outcome;
using learn::Measures;
using nlohmann::json;

std::string Interval(const learn::Interval& value) {
  return fmt::format("{:.3f} [{:.3f}, {:.3f}]", value.value, value.low, value.high);
}

void PrintModel(const churn::ChurnSummary& summary) {
  const int horizon = summary.main_horizon;
  for (const Outcome outcome : churn::kOutcomes) {
    const churn::TestedModel* model =
        summary.evaluation.Find(churn::kHazardModel, outcome, horizon);
    if (!model) continue;
    fmt::print("  {} within {} days: AUC {}, lift of the first tenth {:.2f}, off by {:.4f}",
               churn::OutcomeName(outcome), horizon, Interval(model->measures[Measures::kAuc]),
               model->measures[Measures::kLift10].value,
               model->measures[Measures::kCalibrationError].value);
    const churn::AttainedShares shares = churn::SharesOf(summary.evaluation, *model);
    if (std::isfinite(shares.auc)) {
      fmt::print("; of the attainable {:.1f} % (AUC), {:.1f} % (log loss)", 100 * shares.auc,
                 100 * shares.loss);
    }
    fmt::print("\n");
  }
}

void PrintScores(const churn::ChurnSummary& summary) {
  const churn::ScoreSummary& scores = *summary.scores;
  const int horizon = summary.main_horizon;
  fmt::print(
      "  from {}: {} listeners at risk; {:.0f} will cancel and {:.0f} downgrade within {} days\n",
      scores.cut_off, scores.listeners, scores.expected_cancellations, scores.expected_downgrades,
      horizon);
  fmt::print("  worth an offer: {} listeners, {:.0f} in all\n", scores.offers, scores.offer_value);
  for (const auto& listener : scores.highest) {
    fmt::print("  {:>5.1f} %  {}  {}\n", 100 * listener.cancel, ShellWord(listener.user),
               listener.reason);
  }
}

json MeasuresJson(const churn::ChurnSummary& summary) {
  constexpr const char* kNames[] = {"auc",      "average_precision", "f1",
                                    "log_loss", "brier_score",       "calibration_error",
                                    "lift_5",   "lift_10",           "profit"};
  json list = json::array();
  for (const churn::TestedModel& model : summary.evaluation.models) {
    json row = {{"model", model.model},
                {"outcome", churn::OutcomeName(model.outcome)},
                {"horizon_days", model.horizon},
                {"test_rows", model.rows.size()},
                {"positives", model.positives}};
    for (size_t kind = 0; kind < Measures::kKinds; ++kind) {
      const learn::Interval& value = model.measures[kind];
      row[kNames[kind]] = {value.value, value.low, value.high};
    }
    const churn::AttainedShares shares = churn::SharesOf(summary.evaluation, model);
    if (std::isfinite(shares.auc)) {
      row["auc_share"] = shares.auc;
      row["loss_share"] = shares.loss;
    }
    list.push_back(std::move(row));
  }
  return list;
}

}  // namespace

void PrintChurn(const churn::ChurnSummary& summary, const churn::ChurnOptions& options,
                const std::string& lake) {
  fmt::print("Churn from {} to {} (UTC, the second not included), {:.1f} s\n", summary.first_day,
             summary.end_of_data, summary.seconds.at("total"));
  if (options.part == churn::Part::kExplore) {
    fmt::print("{}\n", summary.changed ? "churn_explore is made." : "churn_explore is as it was.");
    return;
  }
  fmt::print("  {} listeners, {} of them cancelled and {} downgraded after a cut-off\n",
             summary.listeners, summary.cancellations, summary.downgrades);
  fmt::print("  {} features of {} listeners at {} cut-offs\n", summary.features, summary.snapshots,
             summary.cut_offs);
  PrintModel(summary);
  if (!summary.why_not.empty()) fmt::print("  no model: {}\n", summary.why_not);
  if (summary.scores) PrintScores(summary);
  if (summary.published) {
    fmt::print("  as published: AUC {:.3f}, F1 {:.3f}; without what leaks {:.3f}\n",
               summary.published->all_auc, summary.published->all_f1, summary.published->clean_auc);
    for (const churn::ColumnVerdict& column : summary.published->columns) {
      if (column.kind != churn::ColumnVerdict::Kind::kLeak) continue;
      fmt::print("    {} leaks: {}\n", column.column, column.why);
    }
  }
  for (const std::string& note : summary.notes) fmt::print("  note: {}\n", note);
  if (!summary.changed) {
    fmt::print("Nothing changed: the lake {} is as run {} left it.\n", ShellWord(lake),
               summary.run);
  } else if (summary.scores) {
    fmt::print(
        "Next: cadenza sql --lake {} \"select * from churn_scores order by rank limit 10\"\n",
        ShellWord(lake));
  }
}

json ChurnJson(const churn::ChurnSummary& summary, const std::string& lake) {
  json result = {{"status", summary.changed ? "done" : "unchanged"},
                 {"run", summary.run},
                 {"lake", lake},
                 {"span", {{"first_day", summary.first_day}, {"end", summary.end_of_data}}},
                 {"cut_offs", summary.cut_offs},
                 {"listeners", summary.listeners},
                 {"snapshots", summary.snapshots},
                 {"cancellations", summary.cancellations},
                 {"downgrades", summary.downgrades},
                 {"features", summary.features},
                 {"trained", summary.is_trained},
                 {"why_not", summary.why_not.empty() ? json() : json(summary.why_not)},
                 {"model", summary.model.empty() ? json() : json(summary.model)},
                 {"models", MeasuresJson(summary)},
                 {"notes", summary.notes},
                 {"seconds", summary.seconds}};
  if (summary.scores) {
    const churn::ScoreSummary& scores = *summary.scores;
    result["scores"] = {{"cut_off", scores.cut_off},
                        {"listeners", scores.listeners},
                        {"offers", scores.offers},
                        {"offer_value", scores.offer_value},
                        {"expected_cancellations", scores.expected_cancellations},
                        {"expected_downgrades", scores.expected_downgrades}};
  }
  if (summary.published) {
    json leaks = json::array();
    for (const churn::ColumnVerdict& column : summary.published->columns) {
      if (column.kind == churn::ColumnVerdict::Kind::kLeak) leaks.push_back(column.column);
    }
    result["as_published"] = {{"auc", summary.published->all_auc},
                              {"f1", summary.published->all_f1},
                              {"auc_without_leaks", summary.published->clean_auc},
                              {"leaks", leaks}};
  }
  return result;
}

}  // namespace cadenza::cli
