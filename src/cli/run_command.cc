#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "base/clock.h"
#include "base/nearest_name.h"
#include "base/version.h"
#include "cli/command.h"
#include "cli/job_plan.h"
#include "cli/job_process.h"
#include "cli/message_text.h"
#include "cli/s3_flags.h"
#include "lake/lake.h"
#include "warehouse/run_record.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;

constexpr const char* kRunExamples = R"help(Examples:
  cadenza init && cadenza run
      writes cadenza.toml from what is in this folder, then does all that it names
  cadenza run --dry-run
      what would run, in which order, and why the others would not
  cadenza run --only etl --only kpi
  cadenza run --from churn
      from this job on, e.g. after what failed was mended
  cadenza run --config nightly.toml --json
      for cron, systemd or Airflow (docs/RUN.md): one summary, one exit code

The jobs are those with a table in the settings files, in this order: etl, kpi, stream, churn,
recommend, alerts; then optimize and vacuum when they are due. A job whose inputs and settings are
as they were when it last ended well is skipped. A job that fails stops only those that stand on it.
Ctrl-C ends the job that runs, which commits nothing then, and starts no other.
ops.runs has what the jobs changed, with the id of this run (--json) as their parent.
Exit code: 0 done, 1 a job failed, 2 wrong usage, 3 done and a job needs a look, 130 interrupted.)help";

constexpr int kSignalled = 128;

enum class JobState { kDone, kUnchanged, kSkipped, kFailed, kNotRun, kInterrupted };

const char* NameOf(JobState state) {
  switch (state) {
    case JobState::kDone:
      return "done";
    case JobState::kUnchanged:
      return "unchanged";
    case JobState::kSkipped:
      return "skipped";
    case JobState::kFailed:
      return "failed";
    case JobState::kNotRun:
      return "not run";
    case JobState::kInterrupted:
      return "interrupted";
  }
  return "";
}

struct JobReport {
  std::string job;
  JobState state = JobState::kDone;
  std::string detail = {};
  int exit_code = 0;
  int64_t run = 0;  ///< of the lake, where the job made one
  double seconds = 0;
  json summary = {};  ///< what the job itself said; null when nothing
};

/// What the lake remembers of a job that ended well: <lake>/_cadenza/jobs/<job>.json.
struct JobMark {
  std::string inputs;
  int64_t finished_ms = 0;
};

class RunCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kRunExamples);
    app->add_option("--lake", root_, "the lake: a folder, made when missing, or s3://BUCKET/PREFIX")
        ->type_name("FOLDER REQUIRED");
    DeclareList(app, "--config", &configs_, "settings: .toml; the jobs read them too")
        ->type_name("FILE");
    DeclareList(app, "--jobs", &jobs_, "these jobs, in place of those with a table in the settings")
        ->type_name("JOB");
    DeclareList(app, "--only", &only_, "of the jobs this one alone")->type_name("JOB");
    app->add_option("--from", from_, "begin with this job")->type_name("JOB");
    app->add_option("--optimize-every", optimize_days_, "days between two optimize; 0 = never")
        ->type_name("DAYS")
        ->check(CLI::Range(0, 3650))
        ->capture_default_str();
    app->add_option("--vacuum-every", vacuum_days_, "days between two vacuum; 0 = never")
        ->type_name("DAYS")
        ->check(CLI::Range(0, 3650))
        ->capture_default_str();
    app->add_flag("--again", again_, "run the jobs whose inputs are as they were, too");
    app->add_flag("--dry-run", dry_run_, "say what would run and why, and do nothing");
    app->add_flag("--json", json_, "print the summary as one JSON object");
    s3_.Declare(app);
  }

  Result<int> Execute() override {
    KeepFlagsOfS3();
    CADENZA_TRY(ApplySettings(app_, configs_));
    if (root_.empty()) {
      return MakeError(ErrorKind::kUsage, "--lake is missing: where is the lake?");
    }
    CADENZA_ASSIGN(const std::vector<Job> plan, Plan());
    // Before there are threads: what jobs record of a run, they find in the environment.
    ::setenv(warehouse::kParentRun, id_.c_str(), /*overwrite=*/1);
    engine::DuckDbOptions options;
    options.s3 = s3_.MakeClient();
    CADENZA_ASSIGN(const std::unique_ptr<engine::Engine> engine, engine::OpenDuckDb(options));
    CADENZA_ASSIGN(lake::Lake lake, lake::Lake::Open(root_, engine.get(), options.s3));
    lake_ = &lake;
    for (const Job& job : plan) {
      CADENZA_ASSIGN(JobReport report, RunJob(job));
      if (!json_) Print(report);
      const bool stop = report.state == JobState::kInterrupted;
      reports_.push_back(std::move(report));
      if (stop) break;
    }
    if (IsAllSkipped() && !dry_run_) CADENZA_TRY(lake.CheckIsThere());
    const int code = ExitCode();
    if (json_) PrintSummary(code);
    return code;
  }

  void OnError(const Error& error) override {
    if (json_) PrintFailure(error, {{"lake", root_}});
  }

 private:
  /// Settings and the environment reach the jobs by themselves; what stands on this command line
  /// has to be handed on.
  void KeepFlagsOfS3() {
    for (const CLI::Option* option : app_->get_options()) {
      if (option->count() == 0 || !option->get_group().starts_with("S3")) continue;
      flags_of_s3_.push_back("--" + option->get_lnames().front());
      if (option->get_expected_max() > 0) flags_of_s3_.push_back(option->results().front());
    }
  }

  Result<std::vector<Job>> Plan() const {
    std::vector<std::string> files;
    std::error_code ignored;
    if (std::filesystem::exists("cadenza.toml", ignored)) files.emplace_back("cadenza.toml");
    files.insert(files.end(), configs_.begin(), configs_.end());
    CADENZA_ASSIGN(std::vector<Job> plan, PlanJobs(files, jobs_));
    if (std::ranges::all_of(plan, [](const Job& j) { return j.inputs == JobInputs::kTime; }) &&
        jobs_.empty()) {
      return MakeError(ErrorKind::kUsage,
                       "the settings name no job: a table such as [etl] in cadenza.toml, which "
                       "'cadenza init' writes, or --jobs etl");
    }
    std::vector<std::string> names;
    for (const Job& job : plan) names.push_back(job.name);
    for (const std::string& name : only_) CADENZA_TRY(CheckPlanned("--only", name, names));
    if (!from_.empty()) CADENZA_TRY(CheckPlanned("--from", from_, names));
    std::erase_if(plan, [&](const Job& job) {
      return !only_.empty() && std::ranges::count(only_, job.name) == 0;
    });
    if (!from_.empty()) {
      plan.erase(plan.begin(), std::ranges::find(plan, from_, &Job::name));
    }
    return plan;
  }

  static Status CheckPlanned(const std::string& flag, const std::string& name,
                             const std::vector<std::string>& names) {
    if (std::ranges::count(names, name) > 0) return {};
    return MakeError(ErrorKind::kUsage, "{} names a job of this run, which are {}; not: {}{}", flag,
                     fmt::join(names, ", "), name, DidYouMean(NearestName(name, names)));
  }

  Result<JobReport> RunJob(const Job& job) {
    JobReport report{.job = job.name};
    if (const std::string failed = FailedBefore(job); !failed.empty()) {
      report.state = JobState::kNotRun;
      report.detail = failed + " failed";
      return report;
    }
    CADENZA_TRY(lake_->Refresh());
    if (job.inputs != JobInputs::kItsOwn && lake_->manifest().run == 0 && !dry_run_) {
      report.state = JobState::kSkipped;
      report.detail = "the lake is empty";
      return report;
    }
    CADENZA_ASSIGN(report.detail, WhyNot(job));
    if (!report.detail.empty()) {
      report.state = JobState::kSkipped;
      return report;
    }
    if (dry_run_) {
      report.detail = "would run: cadenza " + fmt::format("{}", fmt::join(ArgumentsOf(job), " "));
      return report;
    }
    const int64_t run_before = lake_->manifest().run;
    const std::string inputs = InputsOf(job);
    CADENZA_ASSIGN(const JobOutcome outcome, RunJobProcess(ArgumentsOf(job)));
    Judge(outcome, &report);
    if (report.state != JobState::kDone) return report;
    CADENZA_TRY(lake_->Refresh());
    report.run = lake_->manifest().run;
    if (report.run == run_before) {
      report.state = JobState::kUnchanged;
      report.detail = "nothing new";
      report.run = 0;
    } else {
      report.detail = "run " + std::to_string(report.run);
    }
    if (report.exit_code == kExitNeedsALook) report.detail += "; needs a look";
    if (report.exit_code == kExitDone) CADENZA_TRY(Remember(job, inputs));
    return report;
  }

  void Judge(const JobOutcome& outcome, JobReport* report) const {
    report->exit_code = outcome.exit_code;
    report->seconds = outcome.seconds;
    report->summary = json::parse(outcome.output, nullptr, /*allow_exceptions=*/false);
    if (report->summary.is_discarded()) report->summary = nullptr;
    if (outcome.exit_code == kExitDone || outcome.exit_code == kExitNeedsALook) return;
    report->state =
        outcome.exit_code == kExitInterrupted ? JobState::kInterrupted : JobState::kFailed;
    if (report->summary.is_object() && report->summary.contains("error") &&
        report->summary["error"].is_string()) {
      report->detail = report->summary["error"].get<std::string>();
    } else if (outcome.exit_code > kSignalled) {
      report->detail = fmt::format("ended by signal {}", outcome.exit_code - kSignalled);
    } else {
      report->detail = fmt::format("exit code {}", outcome.exit_code);
    }
  }

  static bool IsBad(const JobReport& report) {
    return report.state == JobState::kFailed || report.state == JobState::kNotRun;
  }

  /// So far. What failed may be the settings, with which nothing is to be written.
  bool AllAreWell() const { return std::ranges::none_of(reports_, IsBad); }

  bool IsAllSkipped() const {
    return std::ranges::all_of(reports_,
                               [](const JobReport& r) { return r.state == JobState::kSkipped; });
  }

  std::string FailedBefore(const Job& job) const {
    for (const JobReport& report : reports_) {
      if (IsBad(report) && std::ranges::count(job.after, report.job) > 0) return report.job;
    }
    return "";
  }

  /// Why a job has nothing to do; empty when it has.
  Result<std::string> WhyNot(const Job& job) {
    if (job.inputs == JobInputs::kItsOwn || again_) return std::string();
    CADENZA_ASSIGN(const std::optional<JobMark> mark, MarkOf(job));
    if (job.inputs == JobInputs::kTime) return WhyNotDue(job, mark);
    if (!mark || mark->inputs != InputsOf(job)) return std::string();
    return std::string("its inputs and settings are as they were");
  }

  Result<std::string> WhyNotDue(const Job& job, const std::optional<JobMark>& mark) {
    constexpr int64_t kDayMs = int64_t{24} * 3600 * 1000;
    const int64_t days = job.name == "optimize" ? optimize_days_ : vacuum_days_;
    if (days == 0) return std::string("switched off");
    if (!mark) {
      // A new lake needs no care yet: from now on it counts.
      if (!dry_run_ && AllAreWell()) CADENZA_TRY(Remember(job, ""));
      return fmt::format("first due in {} days", days);
    }
    const int64_t left_ms = mark->finished_ms + days * kDayMs - NowMs();
    if (left_ms <= 0) return std::string();
    return fmt::format("due in {:.1f} days", static_cast<double>(left_ms) / kDayMs);
  }

  /// What a job of kind kLake reads, as text: the versions of bronze and silver, and its settings.
  std::string InputsOf(const Job& job) const {
    if (job.inputs != JobInputs::kLake) return "";
    std::string text = fmt::format("cadenza {}\n", kVersion);
    for (const lake::Model* model : lake_->tables()) {
      if (model->layer != "bronze" && model->layer != "silver") continue;
      const auto found = lake_->manifest().tables.find(model->name);
      if (found == lake_->manifest().tables.end()) continue;
      text += fmt::format("{} {} {}\n", model->name, found->second.version, found->second.run);
    }
    return text + job.settings;
  }

  static std::string MarkName(const Job& job) { return "_cadenza/jobs/" + job.name + ".json"; }

  Result<std::optional<JobMark>> MarkOf(const Job& job) {
    CADENZA_ASSIGN(const std::optional<std::string> text, lake_->store().Get(MarkName(job)));
    if (!text) return std::optional<JobMark>();
    const json parsed = json::parse(*text, nullptr, /*allow_exceptions=*/false);
    // A mark that cannot be read says nothing: the job runs.
    if (!parsed.is_object()) return std::optional<JobMark>();
    return std::optional<JobMark>(
        JobMark{parsed.value("inputs", ""), parsed.value("finished_ms", int64_t{0})});
  }

  Status Remember(const Job& job, const std::string& inputs) {
    const json mark = {{"inputs", inputs}, {"finished_ms", NowMs()}};
    return lake_->store().Put(MarkName(job),
                              mark.dump(-1, ' ', false, json::error_handler_t::replace));
  }

  std::vector<std::string> ArgumentsOf(const Job& job) const {
    std::vector<std::string> words = job.arguments;
    words.emplace_back(job.name == "etl" ? "--out" : "--lake");
    words.push_back(root_);
    for (const std::string& path : configs_) {
      words.emplace_back("--config");
      words.push_back(path);
    }
    words.insert(words.end(), flags_of_s3_.begin(), flags_of_s3_.end());
    words.emplace_back("--json");
    return words;
  }

  int ExitCode() const {
    int code = kExitDone;
    for (const JobReport& report : reports_) {
      if (report.state == JobState::kInterrupted) return kExitInterrupted;
      if (report.state == JobState::kFailed) code = kExitFailed;
      if (report.exit_code == kExitNeedsALook && code == kExitDone) code = kExitNeedsALook;
    }
    return code;
  }

  static void Print(const JobReport& report) {
    const std::string time =
        report.seconds > 0 ? fmt::format("{:.1f} s", report.seconds) : std::string();
    fmt::print("  {:<10} {:<12} {:>8}  {}\n", report.job, NameOf(report.state), time,
               report.detail);
    std::fflush(stdout);
  }

  void PrintSummary(int code) const {
    json jobs = json::array();
    for (const JobReport& report : reports_) {
      jobs.push_back({{"job", report.job},
                      {"state", NameOf(report.state)},
                      {"detail", report.detail},
                      {"exit_code", report.exit_code},
                      {"seconds", report.seconds},
                      {"summary", report.summary}});
      if (report.run > 0) jobs.back()["run"] = report.run;
    }
    const json summary = {{"lake", root_},       {"id", id_},
                          {"dry_run", dry_run_}, {"status", code == kExitDone ? "done" : "failed"},
                          {"exit_code", code},   {"jobs", jobs}};
    PrintJson(summary);
  }

  CLI::App* app_ = nullptr;
  S3Flags s3_;
  /// Which run of this command it is: ops.runs has it as the parent of what the jobs did.
  const std::string id_ = UtcText(NowMs(), "%Y%m%dT%H%M%SZ") + "-" + std::to_string(::getpid());
  std::string root_, from_;
  std::vector<std::string> configs_, jobs_, only_, flags_of_s3_;
  int64_t optimize_days_ = 7, vacuum_days_ = 7;
  bool again_ = false, dry_run_ = false, json_ = false;
  lake::Lake* lake_ = nullptr;
  std::vector<JobReport> reports_;
};

}  // namespace

std::unique_ptr<Command> MakeRunCommand() { return std::make_unique<RunCommand>(); }

}  // namespace cadenza::cli
