#include <algorithm>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "churn/churn_job.h"
#include "churn/churn_page.h"
#include "churn/explore_page.h"
#include "cli/churn_audit.h"
#include "cli/churn_summary.h"
#include "cli/command.h"
#include "cli/engine_choice.h"
#include "cli/flag_values.h"
#include "cli/message_text.h"
#include "cli/number_checks.h"
#include "cli/progress.h"
#include "cli/s3_flags.h"
#include "lake/model.h"
#include "storage/parallel.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;

constexpr const char* kChurnExamples = R"help(Examples:
  cadenza churn --lake lake
      what is due: features, a model where there is none yet, scores; the same again changes nothing
  cadenza churn train --lake lake
      learns again and measures, e.g. each week
  cadenza churn train --lake lake --search 20
      likewise, with the best of 20 settings
  cadenza churn score --lake lake
      features and scores with the model that is there, e.g. each night
  cadenza churn --lake lake --value 120 --offer-cost 15 --acceptance 0.2
      who is worth an offer at other terms
  cadenza churn --lake lake --features my_features
      with feature models of one's own: SELECTs that see only what came before a cut-off
  cadenza churn explore --lake lake
      who the listeners are, and how those who cancel differ
  cadenza churn audit table.csv --label churned
      does a column of anybody's table tell the label itself?
  cadenza churn audit table.csv --label churned --id userId --lake lake
      and which are of the whole log, with what came after the prediction?

Results: churn_scores (who, how likely, when), churn_reasons (why, in words), churn_models (how well
the models tell, with 95 % intervals); docs/CHURN.md has the rules.
Exit code: 0 done, 1 failed or nothing to learn from, 2 wrong usage, 3 the audit found a leak, 130
interrupted (nothing was committed).)help";

class ChurnCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kChurnExamples);
    app->add_option("action", action_,
                    "features: the tables of features and outcomes alone; train: and learn; "
                    "score: with the model that is there; report: the page alone; explore: a page "
                    "that needs no outcome; audit: judge a table; without one: what is due")
        ->check(CLI::IsMember({"explore", "features", "train", "score", "report", "audit"}))
        ->type_name("ACTION");
    audit_.Declare(app);
    app->add_option("--page", page_, "the page; default: churn.html, churn_explore.html")
        ->type_name("FILE");
    app->add_option("--lake", lake_, "the lake that has the events")->type_name("FOLDER REQUIRED");
    DeclareList(app, "--config", &configs_, "settings: .toml")->type_name("FILE");
    DeclareLearning();
    DeclareOffer();
    s3_.Declare(app);
    engine_.Declare(app);
    DeclareThreads(app, &threads_);
    DeclareMemory(app, &memory_);
    app->add_flag("--no-wait", no_wait_,
                  "fail when another run is writing to the lake; else waits without limit");
    app->add_flag("--json", json_, "print the summary as one JSON object");
    app->add_flag("--no-progress", no_progress_, "no progress line");
  }

  void OnError(const Error& error) override {
    if (json_) PrintFailure(error, {{"lake", lake_}});
  }

  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, configs_));
    CADENZA_TRY(CheckUsage());
    engine::DuckDbOptions engine_options;
    engine_options.threads = threads_;
    CADENZA_ASSIGN(engine_options.memory_bytes, ParseMemory(memory_));
    engine_options.s3 = s3_.MakeClient();
    Progress progress(!no_progress_);
    CADENZA_ASSIGN(
        const std::unique_ptr<engine::Engine> engine,
        engine_.Open(engine_options, &progress, [&](engine::Engine* opened) -> Result<int64_t> {
          CADENZA_ASSIGN(const lake::Lake lake, lake::Lake::Open(lake_, opened, engine_options.s3));
          CADENZA_ASSIGN(const lake::TableState events, lake.Load(*lake::FindModel("events")));
          return UnpackedBytes(".parquet", events.exists ? events.size_bytes() : 0);
        }));
    const InterruptGuard guard(engine.get());
    options_.evaluation.threads = threads_ > 0 ? static_cast<size_t>(threads_) : Cores();
    if (action_ == "audit") {
      return audit_.Run(&engine->here(), lake_, options_.evaluation.main_horizon(),
                        options_.evaluation.seed, options_.evaluation.threads, json_);
    }
    CADENZA_ASSIGN(lake::Lake lake, lake::Lake::Open(lake_, engine.get(), engine_options.s3));
    CADENZA_TRY(lake.CheckIsThere());
    if (action_ == "report") {
      CADENZA_TRY(churn::WriteChurnPage(&lake, PagePath()));
      fmt::print("{}\n", PagePath());
      return kExitDone;
    }
    if (!no_wait_) options_.keep_waiting = [] { return !InterruptGuard::Pending(); };
    options_.on_stage = [&](const char* stage) { progress.Stage(stage); };
    options_.evaluation.is_stopped = [] { return InterruptGuard::Pending(); };
    const Result<churn::ChurnSummary> summary = churn::RunChurn(&lake, options_);
    progress.Stage("");
    if (!summary.ok()) return summary.error();
    CADENZA_ASSIGN(const std::string page, WritePage(&lake, *summary));
    if (json_) {
      PrintJson(ChurnJson(*summary, lake_));
    } else {
      PrintChurn(*summary, options_, lake_);
      if (!page.empty()) fmt::print("Page: {}\n", ShellWord(page));
    }
    const bool is_failure = options_.part == churn::Part::kTrain && !summary->why_not.empty();
    return is_failure ? kExitFailed : kExitDone;
  }

 private:
  std::string PagePath() const {
    if (!page_.empty()) return page_;
    return action_ == "explore" ? "churn_explore.html" : "churn.html";
  }

  /// Where it was written; empty: it is as it was.
  Result<std::string> WritePage(lake::Lake* lake, const churn::ChurnSummary& summary) {
    const bool is_due = summary.changed || !std::filesystem::exists(PagePath());
    if (action_ == "explore" && is_due) {
      CADENZA_TRY(churn::WriteExplorePage(lake, PagePath()));
    } else if (options_.part == churn::Part::kAll && !summary.model.empty() && is_due) {
      CADENZA_TRY(churn::WriteChurnPage(lake, PagePath()));
    } else {
      return std::string();
    }
    return PagePath();
  }

  void DeclareLearning() {
    churn::EvaluationOptions& evaluation = options_.evaluation;
    app_->add_option("--horizons", horizons_,
                     "days after the cut-off that are measured; the middle one ranks and decides")
        ->type_name("DAYS,...")
        ->capture_default_str();
    app_->add_option("--every", every_, "time from one cut-off to the next, in whole days")
        ->type_name("TIME")
        ->capture_default_str();
    app_->add_option("--from", options_.first_cut_off,
                     "the first cut-off; default: seven days after the first day of the events")
        ->type_name("DATE");
    app_->add_option("--cut-off", options_.cut_off,
                     "score as if this were the end of the events; default: the end of the last "
                     "whole day")
        ->type_name("DATE");
    app_->add_flag("--as-known", options_.as_known,
                   "features of a cut-off leave out the events that came only after the log had "
                   "reached it: what a prediction could not know then");
    app_->add_option("--features", options_.features_folder,
                     "further feature models: a folder of .sql files")
        ->type_name("FOLDER");
    app_->add_option("--truth", options_.truth_folder,
                     "of a simulated lake (simulate --truth), to tell how much of what is "
                     "attainable the models reach; nothing learns from it")
        ->type_name("FOLDER");
    app_->add_flag("--as-published", options_.as_published,
                   "also the table of a published study, whose length of membership tells the "
                   "label, with its score and its audit");
    app_->add_flag("--retrain", options_.retrain, "learn again, also where there is a model");
    app_->add_option(
            "--search", evaluation.search,
            "settings of the trees that are drawn and tried besides the usual ones, within "
            "the listeners that are learned from; each takes as long as the usual ones")
        ->check(CLI::Range(0, 1000))
        ->type_name("N")
        ->capture_default_str();
    app_->add_option("--seed", evaluation.seed, "of all that is drawn")
        ->check(CLI::Range(0, 1'000'000'000))
        ->type_name("N")
        ->capture_default_str();
  }

  void DeclareOffer() {
    churn::OfferTerms& terms = options_.evaluation.terms;
    const auto money = [&](const char* flag, double* value, const char* help) {
      app_->add_option(flag, *value, help)
          ->check(NotNegative())
          ->type_name("AMOUNT")
          ->capture_default_str();
    };
    money("--value", &terms.value, "of a listener who stays");
    money("--offer-cost", &terms.offer_cost, "of the offer, to who takes it");
    money("--contact-cost", &terms.contact_cost, "of making the offer");
    app_->add_option("--acceptance", terms.acceptance,
                     "share of those who would leave, who stay because of the offer")
        ->check(CLI::Range(0.0, 1.0))
        ->type_name("SHARE")
        ->capture_default_str();
  }

  Status CheckUsage() {
    if (action_ == "audit") return audit_.CheckUsage();
    if (!audit_.file().empty()) {
      return MakeError(ErrorKind::kUsage, "only churn audit takes a file: {}", audit_.file());
    }
    if (lake_.empty()) return MakeError(ErrorKind::kUsage, "--lake is missing: where is the lake?");
    if (action_ == "explore") options_.part = churn::Part::kExplore;
    if (action_ == "features") options_.part = churn::Part::kFeatures;
    if (action_ == "train") options_.part = churn::Part::kTrain;
    if (action_ == "score") options_.part = churn::Part::kScore;
    CADENZA_ASSIGN(const int64_t every_ms, ParseSpan("--every", every_));
    constexpr int64_t kDayMs = 86'400'000;
    if (every_ms % kDayMs != 0 || every_ms > 366 * kDayMs) {
      return MakeError(ErrorKind::kUsage, "--every takes whole days, as 7d, not: {}", every_);
    }
    options_.every_days = static_cast<int>(every_ms / kDayMs);
    return ReadHorizons();
  }

  Status ReadHorizons() {
    std::vector<int> days;
    std::string rest = horizons_;
    while (!rest.empty()) {
      const size_t comma = std::min(rest.find(','), rest.size());
      const std::string one = rest.substr(0, comma);
      double number = 0;
      if (!ReadNumber(one, &number) || number != static_cast<int>(number) || number < 1 ||
          number > 365) {
        return MakeError(ErrorKind::kUsage,
                         "--horizons takes days from 1 to 365, as 5,10,30, not: {}", horizons_);
      }
      days.push_back(static_cast<int>(number));
      rest.erase(0, comma + 1);
    }
    if (days.empty())
      return MakeError(ErrorKind::kUsage, "--horizons names no days: {}", horizons_);
    std::ranges::sort(days);
    if (std::ranges::adjacent_find(days) != days.end()) {
      return MakeError(ErrorKind::kUsage,
                       "--horizons takes each number of days once, as 5,10,30, not: {}", horizons_);
    }
    options_.evaluation.horizons = days;
    return {};
  }

  CLI::App* app_ = nullptr;
  S3Flags s3_;
  EngineChoice engine_;
  churn::ChurnOptions options_;
  std::vector<std::string> configs_;
  ChurnAudit audit_;
  std::string page_;
  std::string action_, lake_, memory_ = "2GB", horizons_ = "5,10,30", every_ = "7d";
  int threads_ = 0;
  bool json_ = false, no_progress_ = false, no_wait_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeChurnCommand() { return std::make_unique<ChurnCommand>(); }

}  // namespace cadenza::cli
