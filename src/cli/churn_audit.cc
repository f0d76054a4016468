#include "cli/churn_audit.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "churn/audit_run.h"
#include "cli/command.h"
#include "cli/message_text.h"

namespace cadenza::cli {
namespace {

using churn::ColumnVerdict;
using nlohmann::json;

constexpr const char* kGroup = "audit";
/// With fewer, even a column that is the label itself stays within what chance does.
constexpr size_t kLeastOfEachLabel = 20;

Status CheckIsEnough(const churn::AuditedTable& table) {
  const auto yes = static_cast<size_t>(std::ranges::count(table.labels, uint8_t{1}));
  const size_t no = table.rows() - yes;
  if (std::min(yes, no) >= kLeastOfEachLabel) return {};
  return MakeError(ErrorKind::kInput,
                   "too few rows to judge by: {} are positive and {} are not; at least {} of each "
                   "are needed",
                   yes, no, kLeastOfEachLabel);
}

/// Control characters of data never reach the terminal.
std::string Printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

}  // namespace

void ChurnAudit::Declare(CLI::App* app) {
  app->add_option("file", table_.file, "audit: the table to judge, .csv or .parquet")
      ->type_name("FILE");
  app->add_option("--label", table_.label,
                  "audit: the column that says who churned: 0 and 1, true and false, yes and no")
      ->type_name("COLUMN")
      ->group(kGroup);
  app->add_option("--id", table_.id,
                  "audit: the column that says whom a row is about; default: user_id, userId, "
                  "customer_id or id")
      ->type_name("COLUMN")
      ->group(kGroup);
  app->add_option(
         "--test", test_file_,
         "audit: the file that the model is tested on: who is in both, and can they be told "
         "apart?")
      ->type_name("FILE")
      ->group(kGroup);
  DeclareList(app, "--trust", &options_.trusted, "audit: a column that may tell much")
      ->type_name("COLUMN")
      ->group(kGroup);
}

Status ChurnAudit::CheckUsage() const {
  if (table_.file.empty()) {
    return MakeError(ErrorKind::kUsage, "churn audit: which table? FILE is missing");
  }
  if (table_.label.empty()) {
    return MakeError(ErrorKind::kUsage, "--label is missing: which column says who churned?");
  }
  return {};
}

Status ChurnAudit::Compare(engine::Engine* engine, const churn::AuditedTable& table, int seed) {
  churn::TableToAudit other = table_;
  other.file = test_file_;
  CADENZA_ASSIGN(const churn::AuditedTable test,
                 churn::ReadTableToAudit(engine, other, /*needs_label=*/false));
  comparison_.is_made = true;
  if (!table.ids.empty() && !test.ids.empty()) {
    const std::set<std::string> known(table.ids.begin(), table.ids.end());
    const std::set<std::string> tested(test.ids.begin(), test.ids.end());
    comparison_.shared_listeners = 0;
    for (const std::string& id : tested) comparison_.shared_listeners += known.contains(id) ? 1 : 0;
  }
  CADENZA_ASSIGN(comparison_.adversarial_auc, churn::AdversarialAuc(table, test, seed));
  return {};
}

/// A lake without events keeps the audit all the same.
Status ChurnAudit::HoldAgainstLog(engine::Engine* engine, const std::string& root, int days,
                                  const churn::AuditedTable& table) {
  CADENZA_ASSIGN(lake::Lake lake, lake::Lake::Open(root, engine));
  const Result<churn::WholeLogCheck> check = churn::FindWholeLogColumns(&lake, table, days);
  if (check.ok()) {
    whole_log_ = *check;
    return {};
  }
  const ErrorKind kind = check.error().kind;
  if (kind != ErrorKind::kUsage && kind != ErrorKind::kInput) return check.error();
  why_not_ = check.error().message;
  return {};
}

void ChurnAudit::PrintWholeLog() const {
  if (!why_not_.empty()) fmt::print("  not held against the log: {}\n", why_not_);
  if (!whole_log_) return;
  if (whole_log_->columns.empty()) {
    fmt::print("  no column is a quantity of the whole log ({} listeners compared)\n",
               whole_log_->known);
    return;
  }
  fmt::print(
      "  of the whole log, with what came after the prediction; AUC there, and of the same as of "
      "{}, when {} listeners were at risk and {} cancelled within {} days:\n",
      whole_log_->cut_off, whole_log_->at_risk, whole_log_->cancelled, whole_log_->days);
  for (const churn::WholeLogColumn& column : whole_log_->columns) {
    const std::string factor = column.factor == 1 ? "" : fmt::format(" x {:.6g}", column.factor);
    fmt::print("    {:<28} = {}{}: {:.3f}, {}\n", ShellWord(column.column), column.quantity, factor,
               column.auc,
               column.auc_before ? fmt::format("{:.3f}", *column.auc_before) : "too few cancelled");
  }
}

void ChurnAudit::Print(const churn::LeakAudit& audit) const {
  fmt::print(
      "{}: {} rows, {} positive, {} columns; AUC of all {:.3f}, without what "
      "leaks {:.3f}\n",
      ShellWord(table_.file), audit.rows, audit.positives, audit.columns.size(), audit.all_auc,
      audit.clean_auc);
  for (const ColumnVerdict& column : audit.columns) {
    if (column.kind == ColumnVerdict::Kind::kFine) continue;
    fmt::print("  {:<8} {:<28} {}\n", churn::VerdictName(column.kind), ShellWord(column.column),
               Printable(column.why));
  }
  for (const std::string& reason : audit.left_out) fmt::print("  not judged: {}\n", reason);
  if (comparison_.is_made) {
    if (comparison_.shared_listeners >= 0) {
      fmt::print("  in both files: {} listeners{}\n", comparison_.shared_listeners,
                 comparison_.shared_listeners > 0 ? ": what is tested was learned from" : "");
    }
    fmt::print("  the files can be told apart with an AUC of {:.3f} (0.5: not at all)\n",
               comparison_.adversarial_auc);
  }
  PrintWholeLog();
  if (!audit.leaks()) fmt::print("No column leaks.\n");
}

void ChurnAudit::PrintAuditJson(const churn::LeakAudit& audit) const {
  json columns = json::array();
  for (const ColumnVerdict& column : audit.columns) {
    columns.push_back({{"column", column.column},
                       {"verdict", churn::VerdictName(column.kind)},
                       {"auc_alone", column.auc_alone},
                       {"gain", column.gain},
                       {"gain_low", column.gain_low},
                       {"why", column.why}});
  }
  json result = {{"status", audit.leaks() ? "leaks" : "fine"},
                 {"file", table_.file},
                 {"label", table_.label},
                 {"rows", audit.rows},
                 {"positives", audit.positives},
                 {"quiet_auc", audit.quiet_auc},
                 {"all_auc", audit.all_auc},
                 {"clean_auc", audit.clean_auc},
                 {"columns", columns},
                 {"not_judged", audit.left_out}};
  if (comparison_.is_made) {
    result["test"] = {
        {"file", test_file_},
        {"shared_listeners",
         comparison_.shared_listeners < 0 ? json() : json(comparison_.shared_listeners)},
        {"adversarial_auc", comparison_.adversarial_auc}};
  }
  if (whole_log_) {
    json named = json::array();
    for (const churn::WholeLogColumn& column : whole_log_->columns) {
      named.push_back({{"column", column.column},
                       {"quantity", column.quantity},
                       {"factor", column.factor},
                       {"auc", column.auc},
                       {"auc_before", column.auc_before ? json(*column.auc_before) : json()}});
    }
    result["whole_log"] = {{"cut_off", whole_log_->cut_off},     {"days", whole_log_->days},
                           {"known", whole_log_->known},         {"at_risk", whole_log_->at_risk},
                           {"cancelled", whole_log_->cancelled}, {"columns", named}};
  }
  if (!why_not_.empty()) result["not_held_against_the_log"] = why_not_;
  PrintJson(result);
}

Result<int> ChurnAudit::Run(engine::Engine* engine, const std::string& lake, int days, int seed,
                            size_t threads, bool as_json) {
  options_.seed = seed;
  options_.threads = threads;
  CADENZA_ASSIGN(const churn::AuditedTable table, churn::ReadTableToAudit(engine, table_));
  CADENZA_TRY(churn::CheckTrusted(table, options_.trusted));
  CADENZA_TRY(CheckIsEnough(table));
  CADENZA_ASSIGN(const churn::LeakAudit audit, churn::AuditLeaks(table, options_));
  if (!test_file_.empty()) CADENZA_TRY(Compare(engine, table, seed));
  if (!lake.empty()) CADENZA_TRY(HoldAgainstLog(engine, lake, days, table));
  if (!lake.empty()) CADENZA_TRY(churn::KeepAudit(engine, lake, table_.file, audit));
  as_json ? PrintAuditJson(audit) : Print(audit);
  const bool is_shared = comparison_.shared_listeners > 0;
  return audit.leaks() || is_shared ? kExitNeedsALook : kExitDone;
}

}  // namespace cadenza::cli
