#include "warehouse/job.h"

#include <nlohmann/json.hpp>

#include "base/version.h"
#include "lake/made_rows.h"

namespace cadenza::warehouse {
namespace {

using nlohmann::json;

/// Stages rows behind those that a table of ops has.
Status AppendRows(lake::Lake* lake, lake::Run* run, const char* table,
                  const std::vector<json>& rows) {
  const lake::Model& model = *lake::FindModel(table);
  CADENZA_ASSIGN(const lake::TableState before, lake->Load(model));
  lake::TableChange change;
  if (!rows.empty()) {
    engine::Engine& here = lake->engine().here();
    CADENZA_ASSIGN(const std::unique_ptr<lake::MadeRows> made, lake::MadeRows::Make());
    for (const json& row : rows) made->Add(row);
    CADENZA_TRY(made->Load(&here, "rows_made", model.engine_columns()));
    CADENZA_ASSIGN(change.added, here.Write(run->Request(model, {}, "SELECT * FROM rows_made")));
  }
  run->Stage(model, before, {}, std::move(change));
  return {};
}

}  // namespace

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

Status Job::Record(const JobCounts& counts, const std::vector<AuditFinding>& audits) {
  const json row = {{"run", run_->number()},
                    {"started_at", UtcTimestamp(started_ms_)},
                    {"seconds", watch_.seconds()},
                    {"files", counts.files},
                    {"bytes", counts.bytes},
                    {"events", counts.events},
                    {"song_records", counts.song_records},
                    {"duplicates", counts.duplicates},
                    {"quarantined", counts.quarantined},
                    {"engine", engine().name()},
                    {"version", kVersion}};
  CADENZA_TRY(AppendRows(lake_, run_.get(), "runs", {row}));
  std::vector<json> lines;
  for (const AuditFinding& finding : audits) {
    json line = {{"run", run_->number()},
                 {"audit", finding.audit},
                 {"table_name", finding.table},
                 {"failures", finding.failures}};
    if (!finding.sample.empty()) line["sample"] = finding.sample;
    lines.push_back(std::move(line));
  }
  return AppendRows(lake_, run_.get(), "audits", lines);
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
