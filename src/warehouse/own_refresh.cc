#include "warehouse/own_refresh.h"

#include <algorithm>
#include <set>

#include "warehouse/model_refresh.h"

namespace cadenza::warehouse {
namespace {

using State = OwnOutcome::State;

/// Knows what of the lake changed after a run.
class Staleness {
 public:
  Staleness(const lake::Lake& lake, std::optional<int64_t> after) : lake_(lake), after_(after) {}

  bool IsStale(const OwnModel& own, const std::vector<std::string>& reads) const {
    if (!after_) return true;
    const auto& tables = lake_.manifest().tables;
    const auto entry = tables.find(own.model.name);
    if (entry == tables.end() || !IsKept(own, entry->second)) return true;
    return std::ranges::any_of(reads, [&](const std::string& name) {
      const auto read = tables.find(name);
      return refreshed_.contains(name) || (read != tables.end() && read->second.run > *after_);
    });
  }
  /// Whether the lake has this text of the model.
  static bool IsKept(const OwnModel& own, const lake::ManifestTable& entry) {
    return entry.own_model && entry.own_model->text == own.model.text &&
           entry.own_model->audit_texts == own.model.audit_texts;
  }
  void NoteRefreshed(const std::string& name) { refreshed_.insert(name); }

 private:
  const lake::Lake& lake_;
  std::optional<int64_t> after_;
  std::set<std::string> refreshed_;
};

/// The run, begun when there is something to do.
class OwnRun {
 public:
  OwnRun(lake::Lake* lake, const OwnModels& own, const OwnRefreshOptions& options)
      : lake_(lake), own_(own), options_(options) {}

  Result<OwnSummary> Work() {
    Staleness staleness(*lake_, options_.changed_after);
    summary_.gone = own_.gone();
    CADENZA_TRY(DropGone());
    for (const OwnModel& own : own_.models()) {
      const std::string& name = own.model.name;
      if (IsDropped(name) || !staleness.IsStale(own, own_.Reads(name))) continue;
      CADENZA_TRY(Begin());
      job_->Stage(name.c_str());
      Result<OwnOutcome> outcome = Refresh(own);
      if (!outcome.ok() && outcome.error().kind == ErrorKind::kInterrupted) return outcome.error();
      OwnOutcome& entry = summary_.models[name];
      if (outcome.ok()) {
        entry = std::move(*outcome);
      } else {
        entry.state = State::kFailed;
        entry.why = outcome.error().message;
      }
      if (entry.state == State::kWritten) staleness.NoteRefreshed(name);
    }
    return Finish();
  }

 private:
  Status Begin() {
    if (job_) return {};
    // The run undoes what a killed one began of a table, if it knows the table. Who cannot be
    // declared fails later, alone.
    for (const OwnModel& own : own_.models()) static_cast<void>(lake_->DeclareOwn(own.model));
    CADENZA_ASSIGN(job_, Job::Begin(lake_, lake_->manifest().format, options_.job));
    return {};
  }

  Status DropGone() {
    if (!options_.drop_gone) return {};
    for (const std::string& name : own_.gone()) {
      CADENZA_TRY(Begin());
      job_->run().Drop(*lake_->FindTable(name));
      summary_.models[name].state = State::kDropped;
    }
    return {};
  }
  bool IsDropped(const std::string& name) const {
    const auto found = summary_.models.find(name);
    return found != summary_.models.end() && found->second.state == State::kDropped;
  }

  /// Binds what the model reads; what is missing, or empty.
  Result<std::string> BindReads(const OwnModel& own) {
    for (const std::string& name : own_.Reads(own.model.name)) {
      const auto other = summary_.models.find(name);
      if (other != summary_.models.end()) {
        const State state = other->second.state;
        if (state == State::kFailed || state == State::kWaits || state == State::kDropped) {
          return fmt::format("{} {}", name, StateName(state));
        }
        continue;  // computed in this run, and bound
      }
      const lake::Model* table = lake_->FindTable(name);
      CADENZA_ASSIGN(const lake::TableState state,
                     table ? lake_->Load(*table) : Result<lake::TableState>(lake::TableState{}));
      if (!state.exists) {
        const bool has_job = table && !table->job.empty();
        return fmt::format("the lake has no {} yet{}", name,
                           has_job ? " (cadenza " + table->job + " makes it)" : "");
      }
      CADENZA_TRY(lake_->engine().BindFiles(name, state.Relation()));
    }
    return std::string();
  }

  Result<OwnOutcome> Refresh(const OwnModel& own) {
    OwnOutcome outcome;
    CADENZA_ASSIGN(outcome.why, BindReads(own));
    if (!outcome.why.empty()) {
      outcome.state = State::kWaits;
      return outcome;
    }
    const auto entry = lake_->manifest().tables.find(own.model.name);
    const bool is_kept =
        entry != lake_->manifest().tables.end() && Staleness::IsKept(own, entry->second);
    CADENZA_ASSIGN(const lake::Model* table, lake_->DeclareOwn(own.model));
    engine::Engine& engine = lake_->engine();
    CADENZA_TRY(engine.Materialize(table->name, WithoutLayers(table->select)));
    std::vector<AuditFinding> findings;
    for (const lake::Model& audit : own.audits) {
      lake::Model bound = audit;
      bound.select = WithoutLayers(audit.select);
      CADENZA_ASSIGN(AuditFinding finding, RunAudit(&engine, bound));
      findings.push_back(std::move(finding));
    }
    summary_.audits.insert(summary_.audits.end(), findings.begin(), findings.end());
    CADENZA_TRY(CheckFindings(findings));
    CADENZA_ASSIGN(const bool is_written,
                   StageInPlace(lake_, &job_->run(), *table, /*in_any_case=*/!is_kept));
    CADENZA_ASSIGN(const engine::RowSet rows,
                   engine.Query("SELECT count(*) FROM " + engine::QuoteName(table->name)));
    outcome.rows = rows.Number();
    outcome.state = is_written ? State::kWritten : State::kSame;
    return outcome;
  }

  Result<OwnSummary> Finish() {
    std::vector<std::string> described;
    for (const auto& [name, outcome] : summary_.models) {
      summary_.changed |= outcome.state == State::kWritten || outcome.state == State::kDropped;
      if (outcome.state == State::kWritten || outcome.state == State::kSame) {
        described.push_back(name);
      }
    }
    summary_.run = lake_->manifest().run;
    if (!job_) return std::move(summary_);
    if (summary_.changed) CADENZA_TRY(job_->Record("refresh", summary_.audits));
    CADENZA_TRY(job_->Commit(&summary_, described));
    return std::move(summary_);
  }

  lake::Lake* lake_;
  const OwnModels& own_;
  const OwnRefreshOptions& options_;
  std::unique_ptr<Job> job_;
  OwnSummary summary_;
};

}  // namespace

std::string_view StateName(OwnOutcome::State state) {
  switch (state) {
    case State::kWritten:
      return "written";
    case State::kSame:
      return "unchanged";
    case State::kWaits:
      return "waits";
    case State::kFailed:
      return "failed";
    case State::kDropped:
      return "dropped";
  }
  return "";
}

bool OwnSummary::has_failed() const {
  return std::ranges::any_of(
      models, [](const auto& entry) { return entry.second.state == State::kFailed; });
}

Result<OwnSummary> RefreshOwnModels(lake::Lake* lake, const OwnModels& own,
                                    const OwnRefreshOptions& options) {
  return OwnRun(lake, own, options).Work();
}

}  // namespace cadenza::warehouse
