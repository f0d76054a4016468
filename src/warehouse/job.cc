#include "warehouse/job.h"

namespace cadenza::warehouse {

Result<std::unique_ptr<Job>> Job::Begin(lake::Lake* lake, lake::TableFormat format,
                                        const JobOptions& options,
                                        const std::set<std::string>& made_anew) {
  std::unique_ptr<Job> job(new Job(lake, options));
  CADENZA_ASSIGN(job->run_, lake::Run::Begin(lake, format, options.keep_waiting, made_anew));
  return job;
}

void Job::Stage(const char* name, const char* shown) {
  if (!stage_.empty()) seconds_[stage_] = watch_.seconds() - stage_began_;
  stage_ = name;
  stage_began_ = watch_.seconds();
  if (!stage_.empty() && options_.on_stage) options_.on_stage(shown ? shown : name);
}

Status Job::Audit(JobSummary* summary, const std::set<std::string>& changed) {
  Stage("audits");
  CADENZA_ASSIGN(summary->audits, RunAudits(&engine(), changed));
  return CheckFindings(summary->audits);
}

Status Job::Record(const std::string& job, const std::vector<AuditFinding>& audits,
                   const JobCounts& counts) {
  return StageRunRecord(lake_, run_.get(),
                        {.job = job,
                         .started_ms = started_ms_,
                         .seconds = watch_.seconds(),
                         .counts = counts,
                         .audits = audits});
}

Status Job::Commit(JobSummary* summary, const std::vector<std::string>& described) {
  Stage("commit");
  std::map<std::string, lake::TableState> staged;
  const bool commits = summary->changed || run_->has_to_heal();
  if (commits) {
    staged = run_->StagedStates();
    CADENZA_TRY(run_->Commit());
  }
  summary->run = lake_->manifest().run;
  if (const Status told = Describe(described, staged, summary); !told.ok()) {
    if (!commits) return told;
    summary->warnings.push_back("the run is committed, but its tables could not be looked at: " +
                                told.error().message);
  }
  End(summary);
  return {};
}

void Job::End(JobSummary* summary) {
  Stage("");
  for (const auto& [stage, seconds] : seconds_) summary->seconds[stage] = seconds;
  summary->seconds["total"] = watch_.seconds();
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
  return {};
}

}  // namespace cadenza::warehouse
