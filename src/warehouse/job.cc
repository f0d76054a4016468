#include "warehouse/job.h"

namespace cadenza::warehouse {

Result<std::unique_ptr<Job>> Job::Begin(lake::Lake* lake, lake::TableFormat format,
                                        JobOptions options) {
  CADENZA_ASSIGN(std::unique_ptr<lake::Run> run,
                 lake::Run::Begin(lake, format, options.keep_waiting));
  return std::unique_ptr<Job>(new Job(lake, std::move(run), std::move(options)));
}

void Job::Stage(const char* name) {
  if (!stage_.empty()) seconds_[stage_] = watch_.seconds() - stage_began_;
  stage_ = name;
  stage_began_ = watch_.seconds();
  if (!stage_.empty() && options_.on_stage) options_.on_stage(name);
}

Status Job::Audit(JobSummary* summary, const std::set<std::string>& changed) {
  Stage("audits");
  CADENZA_ASSIGN(summary->audits, RunAudits(&engine(), changed));
  return CheckFindings(summary->audits);
}

Status Job::Record(const std::string& job, const std::vector<AuditFinding>& audits) {
  return StageRunRecord(
      lake_, run_.get(),
      {.job = job, .started_ms = started_ms_, .seconds = watch_.seconds(), .audits = audits});
}

Status Job::Commit(JobSummary* summary, const std::vector<std::string>& described) {
  Stage("commit");
  std::map<std::string, lake::TableState> staged;
  if (summary->changed || run_->has_to_heal()) {
    staged = run_->StagedStates();
    CADENZA_TRY(run_->Commit());
  }
  Stage("");
  return Describe(described, staged, summary);
}

Status Job::Describe(const std::vector<std::string>& names,
                     const std::map<std::string, lake::TableState>& staged, JobSummary* summary) {
  for (const std::string& name : names) {
    const lake::Model& model = *lake_->FindTable(name);
    const auto changed = staged.find(name);
    lake::TableState state;
    // What an engine committed itself is known from the log alone.
    if (changed != staged.end() && !engine().commits_tables()) {
      state = changed->second;
      state.version = lake_->manifest().tables.at(name).version;
    } else {
      CADENZA_ASSIGN(state, lake_->Load(model));
    }
    if (!state.exists) continue;
    TableSummary& table = summary->tables[name];
    table.rows = state.rows();
    table.files = static_cast<int64_t>(state.files.size());
    table.version = state.version;
    table.changed = changed != staged.end();
  }
  summary->run = lake_->manifest().run;
  for (const auto& [stage, seconds] : seconds_) summary->seconds[stage] = seconds;
  summary->seconds["total"] = watch_.seconds();
  return {};
}

}  // namespace cadenza::warehouse
