#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "lake/lake.h"
#include "lake/run.h"
#include "warehouse/audit.h"
#include "warehouse/run_record.h"

namespace cadenza::warehouse {

struct TableSummary {
  int64_t rows = 0;
  int64_t files = 0;
  int64_t version = -1;
  bool changed = false;
};

/// What every job says of its run.
struct JobSummary {
  bool changed = false;  ///< false: all tables were so already
  int64_t run = 0;
  std::map<std::string, TableSummary> tables;
  std::vector<AuditFinding> audits;
  std::vector<std::string> warnings;
  std::map<std::string, double> seconds;  ///< by stage, and "total"
};

struct JobOptions {
  /// Asked while another run writes to the lake; empty: fail at once.
  std::function<bool()> keep_waiting = {};
  /// Called when a stage begins.
  std::function<void(const char*)> on_stage = {};
};

/// One run of the lake by a job: begun, worked at in stages, audited, recorded in ops.runs and
/// ops.audits, committed and described. What a job does itself stands between Begin and Commit; one
/// that is dropped before leaves nothing. Not thread-safe.
class Job {
 public:
  /// The lake must outlive the job.
  static Result<std::unique_ptr<Job>> Begin(lake::Lake* lake, lake::TableFormat format,
                                            const JobOptions& options,
                                            const std::set<std::string>& made_anew = {});

  lake::Lake& lake() { return *lake_; }
  engine::Engine& engine() { return lake_->engine(); }
  lake::Run& run() { return *run_; }
  double seconds() const { return watch_.seconds(); }

  /// The stage before ends, and its seconds are known. `shown`: told in place of the name.
  void Stage(const char* name, const char* shown = nullptr);
  /// Audits the tables that changed; kInput when one does not hold.
  Status Audit(JobSummary* summary, const std::set<std::string>& changed);
  /// The run's rows of ops.runs and ops.audits.
  Status Record(const std::string& job, const std::vector<AuditFinding>& audits = {},
                const JobCounts& counts = {});
  /// Commits what is staged, where summary->changed or a killed run has to be undone, and describes
  /// the tables named that the lake has. What is committed is done: tables that cannot be looked at
  /// behind it are a warning.
  Status Commit(JobSummary* summary, const std::vector<std::string>& described);
  /// Where nothing is to be committed: the last stage ends, and the seconds are told.
  void End(JobSummary* summary);

 private:
  Job(lake::Lake* lake, const JobOptions& options) : lake_(lake), options_(options) {}
  Status Describe(const std::vector<std::string>& names,
                  const std::map<std::string, lake::TableState>& staged, JobSummary* summary);

  lake::Lake* lake_;
  std::unique_ptr<lake::Run> run_;
  JobOptions options_;
  Stopwatch watch_;
  int64_t started_ms_ = NowMs();
  std::string stage_;
  double stage_began_ = 0;
  std::map<std::string, double> seconds_;
};

}  // namespace cadenza::warehouse
