#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "alerts/check.h"
#include "alerts/lake_windows.h"
#include "alerts/replay.h"
#include "base/clock.h"
#include "cli/alert_flags.h"
#include "cli/alerts_check.h"
#include "cli/alerts_replay.h"
#include "cli/command.h"
#include "cli/flag_values.h"
#include "cli/message_text.h"
#include "cli/number_checks.h"
#include "cli/s3_flags.h"
#include "lake/lake.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;

constexpr const char* kAlertsExamples = R"help(Examples:
  cadenza alerts replay --lake lake
      when each rule would have fired on the windows of gold.sessions_5m (or events_5m)
  cadenza alerts replay --windows windows.csv --alarms-per-week 2 --first 20
      on a file with window_start, window_end and sessions or events; another budget
  cadenza alerts check --lake lake
      judges what is new, records what opened and closed in sessions_alerts, and delivers it; for
      a timer every few minutes
  CADENZA_WEBHOOK=... cadenza alerts test --mail-to ops@example.org --mail-from lake@example.org \
    --smtp smtp://mail.example.org:25
      a message to each channel, to see that it arrives
  cadenza alerts replay --lake lake --by country --rule seasonal --format csv
      each country by itself, every opening and end as a line

Rules: published (a window above the 95th percentile of the last 12; about 24 false alarms a day),
and seasonal, whose false alarms have a budget: spikes, drops and missing data against what is
usual at that time of the day and week. docs/ALERTS.md has the formulas.
Exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted.)help";

class AlertsCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kAlertsExamples);
    app->add_option("action", action_,
                    "replay: when each rule would have fired on past windows; check: judge new "
                    "windows and deliver; test: a message to each channel")
        ->check(CLI::IsMember({"replay", "check", "test"}))
        ->type_name("ACTION");
    DeclareWindows();
    flags_.Declare(app);
    DeclareOutput();
    DeclareThreads(app, &threads_);
    DeclareMemory(app, &memory_);
    DeclareList(app, "--config", &configs_, "settings: .toml")->type_name("FILE");
    s3_.Declare(app);
  }

  void OnError(const Error& error) override {
    if (json_) PrintFailure(error);
  }

  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, configs_));
    if (action_ == "test") return Test();
    CADENZA_TRY(CheckUsage());
    engine::DuckDbOptions options;
    options.threads = threads_;
    options.keep_order = true;
    CADENZA_ASSIGN(options.memory_bytes, ParseMemory(memory_));
    options.s3 = s3_.MakeClient();
    CADENZA_ASSIGN(const std::unique_ptr<engine::Engine> engine, engine::OpenDuckDb(options));
    const InterruptGuard guard(engine.get());
    CADENZA_TRY(CheckZone(engine.get(), "--timezone", flags_.zone()));
    return action_ == "check" ? Check(engine.get(), options.s3) : Replay(engine.get(), options.s3);
  }

  void OnFailureOf(const CLI::App& job, const Error& error) override {
    const std::string& name = job.get_name();
    constexpr auto kJobs = std::to_array<std::string_view>(
        {"etl", "kpi", "stream", "churn", "recommend", "refresh", "optimize", "vacuum"});
    const bool is_job = std::ranges::count(kJobs, name) > 0;
    if (!is_job || error.kind == ErrorKind::kUsage || error.kind == ErrorKind::kInterrupted) return;
    const Status told = TellOf(job, error);
    if (!told.ok()) {
      PrintError("cadenza {}: the failure is told to nobody: {}\n", name, told.error().message);
    }
  }

 private:
  void DeclareWindows() {
    app_->add_option("--lake", lake_, "the lake that has the windows")->type_name("FOLDER");
    app_->add_option("--windows", windows_,
                     "windows in a file instead: .parquet, or .csv with a header; window_start, "
                     "window_end, sessions or events, and where there are customers, is_final")
        ->type_name("FILE");
  }

  void DeclareOutput() {
    app_->add_option("--first", first_, "alerts of each rule that replay shows")
        ->check(NotNegative())
        ->type_name("N")
        ->capture_default_str();
    app_->add_option("--format", format_, "of replay: table, or csv with every opening and end")
        ->check(CLI::IsMember({"table", "csv"}))
        ->capture_default_str();
    app_->add_flag("--json", json_, "print the summary as one JSON object");
  }

  Result<int> Replay(engine::Engine* engine, const std::shared_ptr<s3::Client>& s3) {
    constexpr const char* kRelation = "alert_windows";
    CADENZA_ASSIGN(const alerts::CheckOptions options, flags_.Options());
    std::unique_ptr<lake::Lake> lake;
    if (windows_.empty()) {
      CADENZA_ASSIGN(lake::Lake opened, lake::Lake::Open(lake_, engine, s3));
      lake = std::make_unique<lake::Lake>(std::move(opened));
      const std::string table =
          options.table.empty() ? alerts::UsualWindows(lake->manifest()) : options.table;
      CADENZA_TRY(alerts::BindLakeWindows(lake.get(), table, kRelation));
    } else {
      CADENZA_TRY(alerts::BindWindowFile(engine, kRelation, windows_));
    }
    Result<std::vector<alerts::Series>> read =
        alerts::ReadSeries(engine, kRelation, options.series);
    if (!read.ok() && !windows_.empty())
      return alerts::ExplainWindowFile(engine, windows_, read.error());
    CADENZA_ASSIGN(const std::vector<alerts::Series> all, std::move(read));
    std::vector<alerts::RuleReplay> replays =
        alerts::Replay(all, options.seasonal, options.with_provisional);
    std::erase_if(replays, [&](const auto& replay) { return !flags_.IsAsked(replay.rule); });
    const ReplayScene scene{windows_.empty() ? lake_ : windows_, options.seasonal.alarms_per_week,
                            options.seasonal.baseline.min_history_days,
                            static_cast<size_t>(first_)};
    if (json_) {
      PrintJson(ReplayJson(all, replays, scene));
    } else if (format_ == "csv") {
      PrintReplayCsv(replays);
    } else {
      PrintReplay(all, replays, scene);
    }
    return kExitDone;
  }

  Status CheckUsage() const {
    if (action_.empty()) {
      return MakeError(ErrorKind::kUsage, "what to do is missing: replay, check or test");
    }
    if (action_ == "check" && lake_.empty()) {
      return MakeError(ErrorKind::kUsage, "--lake is missing: where is the lake?");
    }
    if (lake_.empty() == windows_.empty()) {
      return MakeError(ErrorKind::kUsage, "either --lake or --windows: where are the windows?");
    }
    return {};
  }

  Result<int> Check(engine::Engine* engine, const std::shared_ptr<s3::Client>& s3) {
    CADENZA_ASSIGN(const alerts::CheckOptions options, flags_.Options());
    CADENZA_ASSIGN(lake::Lake lake, lake::Lake::Open(lake_, engine, s3));
    CADENZA_ASSIGN(const alerts::CheckSummary summary, alerts::Check(&lake, options));
    for (const std::string& warning : summary.warnings) {
      PrintError("warning: {}\n", warning);
    }
    if (json_) {
      PrintJson(CheckJson(summary, lake_));
    } else {
      PrintCheck(summary, lake_, summary.table);
    }
    return kExitDone;
  }

  Result<int> Test() const {
    CADENZA_ASSIGN(const alerts::DeliveryOptions options, flags_.delivery().Options());
    if (options.empty()) {
      return MakeError(ErrorKind::kUsage,
                       "there is no channel to test: --webhook, --mail-to or --command");
    }
    CADENZA_ASSIGN(const auto channels, alerts::OpenChannels(options));
    json results = json::array();
    bool all = true;
    for (const std::unique_ptr<alerts::Channel>& channel : channels) {
      const alerts::SendResult sent = channel->Send(alerts::TestNotice(NowMs()));
      all = all && sent.delivered;
      results.push_back(
          {{"channel", channel->name()}, {"delivered", sent.delivered}, {"detail", sent.detail}});
      if (json_) continue;
      fmt::print("{}: {}\n", channel->name(),
                 sent.delivered ? "delivered" : "not delivered: " + sent.detail);
    }
    if (json_) PrintJson({{"status", all ? "done" : "failed"}, {"channels", results}});
    return all ? kExitDone : kExitFailed;
  }

  /// With the settings that `cadenza alerts` has, and the lake that the job has.
  Status TellOf(const CLI::App& job, const Error& error) {
    const auto values_of = [&](const std::string& flag) {
      const CLI::Option* option = job.get_option_no_throw(flag);
      return option ? option->results() : std::vector<std::string>();
    };
    for (const char* flag : {"--endpoint", "--region", "--url-style", "--profile",
                             "--access-key-id", "--secret-access-key", "--session-token"}) {
      CLI::Option* own = app_->get_option(flag);
      for (const std::string& value : values_of(flag)) own->add_result(value);
      if (own->count() > 0) own->run_callback();
    }
    CADENZA_TRY(ApplySettings(app_, values_of("--config")));
    if (!flags_.delivery().on_failure()) return {};
    CADENZA_ASSIGN(const alerts::DeliveryOptions delivery, flags_.delivery().Options());
    if (delivery.empty()) {
      return MakeError(ErrorKind::kUsage, "on_failure is set, but no webhook, mail_to or command");
    }
    std::vector<std::string> roots = values_of("--out");
    if (roots.empty()) roots = values_of("--lake");
    const std::string root = roots.empty() ? "" : roots.back();
    engine::DuckDbOptions options;
    options.s3 = s3_.MakeClient();
    const auto engine = engine::OpenDuckDb(options);
    std::unique_ptr<lake::Lake> lake;
    if (engine.ok() && !root.empty()) {
      auto opened = lake::Lake::Open(root, engine->get(), options.s3);
      if (opened.ok()) lake = std::make_unique<lake::Lake>(std::move(*opened));
    }
    const alerts::CheckSummary told =
        alerts::NotifyFailure(lake.get(), {job.get_name(), root, error.message, NowMs()}, delivery);
    for (const std::string& warning : told.warnings) {
      PrintError("cadenza {}: {}\n", job.get_name(), warning);
    }
    return {};
  }

  CLI::App* app_ = nullptr;
  S3Flags s3_;
  AlertFlags flags_;
  std::vector<std::string> configs_;
  std::string action_, lake_, windows_, format_ = "table", memory_ = "700MB";
  int64_t first_ = 5;
  int threads_ = 0;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeAlertsCommand() { return std::make_unique<AlertsCommand>(); }

}  // namespace cadenza::cli
