#include "cli/kpi_summary.h"

#include "cli/message_text.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;

json KpisJson(const std::vector<engagement::Kpi>& kpis) {
  json list = json::object();
  for (const engagement::Kpi& kpi : kpis) {
    list[kpi.metric] = {{"value", kpi.value ? json(*kpi.value) : json()},
                        {"numerator", kpi.numerator},
                        {"denominator", kpi.denominator}};
  }
  return list;
}

std::string Percent(const engagement::Kpi& kpi) {
  return kpi.value ? fmt::format("{:.2f} %", *kpi.value) : std::string("-");
}

/// What the two numbers of a KPI count.
std::string Meaning(const engagement::Kpi& kpi) {
  const char* counted = kpi.metric == "session_adoption_rate" ? "customers had a session"
                        : kpi.metric == "engaged_users"       ? "active customers are engaged"
                                                              : "active customers pay";
  return fmt::format("{} of {} {}", kpi.numerator, kpi.denominator, counted);
}

void PrintKpis(const std::vector<engagement::Kpi>& kpis) {
  for (const engagement::Kpi& kpi : kpis) {
    fmt::print("  {:<24} {:>9}   {}\n", kpi.metric, Percent(kpi), Meaning(kpi));
  }
}

void PrintInputs(const engagement::KpiSummary& summary) {
  fmt::print("\n  {:<16} {:>7} {:>11} {:>11}  {}\n", "read", "files", "rows", "used", "columns");
  for (const auto& input : summary.inputs) {
    std::string notes = input.columns;
    if (!input.units.empty()) notes += (notes.empty() ? "" : "; ") + input.units;
    fmt::print("  {:<16} {:>7} {:>11} {:>11}  {}\n", input.table, input.files, input.rows,
               input.used_rows, notes);
  }
}

void PrintModels(const engagement::KpiSummary& summary) {
  if (summary.engaged.models.empty()) return;
  fmt::print("\n  {:<22} {:<13} {:>9} {:>9} {:>7} {:>6} {:>8}  {}\n", "who will be engaged",
             "knows", "accuracy", "precision", "recall", "F1", "ROC AUC", "customers held out");
  for (const auto& m : summary.engaged.models) {
    fmt::print("  {:<22} {:<13} {:>9.3f} {:>9.3f} {:>7.3f} {:>6.3f} {:>8.3f}  {}\n", m.model,
               m.knows, m.confusion.accuracy(), m.confusion.precision(), m.confusion.recall(),
               m.confusion.f1(), m.roc_auc, m.test_customers);
  }
}

json ModelsJson(const std::vector<engagement::ModelMeasures>& models) {
  json list = json::object();
  for (const auto& m : models) {
    list[m.model] = {{"knows", m.knows},
                     {"threshold", m.threshold},
                     {"train_customers", m.train_customers},
                     {"test_customers", m.test_customers},
                     {"accuracy", m.confusion.accuracy()},
                     {"precision", m.confusion.precision()},
                     {"recall", m.confusion.recall()},
                     {"f1", m.confusion.f1()},
                     {"true_positives", m.confusion.true_positives},
                     {"false_positives", m.confusion.false_positives},
                     {"true_negatives", m.confusion.true_negatives},
                     {"false_negatives", m.confusion.false_negatives},
                     {"roc_auc", m.roc_auc},
                     {"average_precision", m.average_precision},
                     {"brier_score", m.is_probability ? json(m.brier_score) : json()},
                     {"log_loss", m.is_probability ? json(m.log_loss) : json()}};
  }
  return list;
}

void PrintTables(const engagement::KpiSummary& summary) {
  fmt::print("\n  {:<24} {:>9}  {}\n", "table", "rows", "version");
  for (const auto& [name, table] : summary.tables) {
    fmt::print("  {:<24} {:>9}  {}{}\n", name, table.rows,
               table.version < 0 ? std::string("-") : std::to_string(table.version),
               table.changed ? " *" : "");
  }
  fmt::print("  (* changed by this run)\n");
}

}  // namespace

json SummaryJson(const engagement::KpiSummary& summary, const std::string& lake) {
  json inputs = json::object();
  for (const auto& input : summary.inputs) {
    inputs[input.table] = {{"format", input.format},
                           {"files", input.files},
                           {"rows", input.rows},
                           {"forgotten", input.forgotten},
                           {"used", input.used_rows},
                           {"without_ids", input.without_ids},
                           {"without_time", input.without_time},
                           {"repeated", input.repeated},
                           {"unread_values", input.unread_values()},
                           {"odd", input.odd},
                           {"rejected_lines", input.rejected.size()},
                           {"columns", input.columns},
                           {"units", input.units}};
  }
  json tables = json::object();
  for (const auto& [name, table] : summary.tables) {
    tables[name] = {{"rows", table.rows},
                    {"files", table.files},
                    {"version", table.version},
                    {"changed", table.changed}};
  }
  json audits = json::array();
  for (const auto& audit : summary.audits) {
    audits.push_back(
        {{"audit", audit.audit}, {"table", audit.table}, {"failures", audit.failures}});
  }
  const auto covered = [](const std::string& day) { return day.empty() ? json() : json(day); };
  json result = {{"status", summary.changed ? "done" : "unchanged"},
                 {"run", summary.run},
                 {"lake", lake},
                 {"window",
                  {{"start", summary.window_start},
                   {"end", summary.window_end},
                   {"covered_from", covered(summary.covered_from)},
                   {"covered_to", covered(summary.covered_to)}}},
                 {"kpis", KpisJson(summary.kpis)},
                 {"engaged_models", ModelsJson(summary.engaged.models)},
                 {"inputs", inputs},
                 {"tables", tables},
                 {"audits", audits},
                 {"warnings", summary.warnings},
                 {"notes", summary.notes},
                 {"seconds", summary.seconds}};
  if (!summary.as_published.empty()) result["as_published"] = KpisJson(summary.as_published);
  return result;
}

void PrintSummary(const engagement::KpiSummary& summary, const std::string& lake) {
  fmt::print("KPIs from {} to {} (UTC, both inclusive), {:.1f} s\n\n", summary.window_start,
             summary.window_end, summary.seconds.at("total"));
  PrintKpis(summary.kpis);
  if (!summary.as_published.empty()) {
    fmt::print("\n  as published, with the defects of the published definitions:\n");
    PrintKpis(summary.as_published);
  }
  PrintModels(summary);
  PrintInputs(summary);
  for (const std::string& note : summary.notes) fmt::print("\n  {}\n", note);
  PrintTables(summary);
  if (!summary.changed) {
    fmt::print("\nNothing changed: the lake {} is as run {} left it.\n", ShellWord(lake),
               summary.run);
    return;
  }
  fmt::print("\nNext: cadenza sql --lake {} \"select * from kpi_trend where period = 'month'\"\n",
             ShellWord(lake));
}

}  // namespace cadenza::cli
