#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/flag_values.h"
#include "cli/message_text.h"
#include "cli/number_checks.h"
#include "cli/progress.h"
#include "cli/recommend_summary.h"
#include "cli/s3_flags.h"
#include "engagement/source_files.h"
#include "lake/model.h"
#include "recommend/recommend_job.h"
#include "storage/parallel.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;

constexpr const char* kExamples = R"help(Examples:
  cadenza recommend --lake lake
      learns from the plays of the lake; a list for each listener with a reason for each song, and how
      good the lists are on days that nothing was learned from
  cadenza recommend for 39 --lake lake
      the list of listener 39 as it is now
  cadenza recommend --lake lake --catalogue-only --discovery-cost 0
      only songs of the catalogue; nothing given for discovery
  cadenza recommend --source engagement --lake lake
      plays of an engagement source (see cadenza kpi)

A track is a title by an artist in normal text. Where no model is better than the most played songs,
lists are popularity, and the summary says why. docs/RECOMMEND.md tells how it works.
Exit code: 0 done, 1 failed (nothing was committed), 2 wrong usage, 130 interrupted
(nothing was committed).)help";

class RecommendCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kExamples);
    app->add_option("action", action_,
                    "for: one listener's list as it is now; without: all lists, into the lake")
        ->check(CLI::IsMember({"for"}))
        ->type_name("ACTION");
    app->add_option("name", name_, "of `for`: the listener's user_id")->type_name("NAME");
    app->add_option("--lake", lake_, "the lake: a folder or s3://BUCKET/PREFIX")
        ->type_name("FOLDER REQUIRED");
    app->add_option("--source", options_.source.folder,
                    "folder or s3://BUCKET/PREFIX of an engagement source with events and tracks; "
                    "without it the lake's own events are taken")
        ->type_name("FOLDER");
    DeclareLists();
    s3_.Declare(app);
    DeclareList(app, "--config", &configs_, "settings: .toml")->type_name("FILE");
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
    options_.memory_bytes = engine_options.memory_bytes;
    options_.threads = threads_ > 0 ? threads_ : static_cast<int>(Cores());
    options_.evaluation.threads = static_cast<size_t>(options_.threads);
    options_.evaluation.keep_going = [] { return !InterruptGuard::Pending(); };
    CADENZA_ASSIGN(const std::unique_ptr<engine::Engine> engine,
                   engine::OpenDuckDb(engine_options));
    const InterruptGuard guard(engine.get());
    CADENZA_ASSIGN(lake::Lake lake, lake::Lake::Open(lake_, engine.get(), engine_options.s3));
    return action_ == "for" ? For(&lake) : Run(&lake);
  }

 private:
  void DeclareLists() {
    app_->add_option("--top", options_.lists.top, "length of a list")
        ->check(CLI::Range(1, 1000))
        ->type_name("N")
        ->capture_default_str();
    app_->add_option("--per-artist", options_.lists.per_artist,
                     "at most so many songs of an artist in a list")
        ->check(CLI::Range(1, 1000))
        ->type_name("N")
        ->capture_default_str();
    app_->add_flag("--catalogue-only", options_.lists.catalogue_only,
                   "only tracks that have a song in the catalogue");
    app_->add_option("--discovery-cost", discovery_cost_,
                     "share of the lists' NDCG@100, on days kept for choices, that may be given "
                     "for less known artists and far places; 0: none")
        ->type_name("SHARE")
        ->capture_default_str();
    app_->add_option("--seed", options_.evaluation.first.factors.seed,
                     "of the numbers that learning begins with")
        ->type_name("N")
        ->capture_default_str();
  }

  Status CheckUsage() {
    if (lake_.empty()) return MakeError(ErrorKind::kUsage, "--lake is missing: where is the lake?");
    if (action_ == "for" && name_.empty()) {
      return MakeError(ErrorKind::kUsage, "whose list? e.g. cadenza recommend for 39 --lake {}",
                       lake_);
    }
    CADENZA_ASSIGN(options_.evaluation.discovery_cost,
                   ParseShare("--discovery-cost", discovery_cost_));
    return {};
  }

  Result<int> Run(lake::Lake* lake) {
    Progress progress(!no_progress_ && !json_);
    if (!no_wait_) options_.keep_waiting = [] { return !InterruptGuard::Pending(); };
    options_.on_stage = [&](const char* stage) { progress.Stage(stage); };
    const Result<recommend::RecommendSummary> summary = recommend::RunRecommend(lake, options_);
    progress.Stage("");
    if (!summary.ok()) return summary.error();
    CADENZA_ASSIGN(const auto example, recommend::RecommendFor(lake, summary->example, options_));
    if (json_) {
      fmt::print("{}\n", RecommendJson(*summary, lake_, example)
                             .dump(-1, ' ', false, json::error_handler_t::replace));
    } else {
      PrintRecommend(*summary, lake_, example);
    }
    return kExitDone;
  }

  Result<int> For(lake::Lake* lake) {
    CADENZA_ASSIGN(const auto list, recommend::RecommendFor(lake, name_, options_));
    if (json_) {
      fmt::print("{}\n", json{{"user_id", name_}, {"list", ListJson(list)}}.dump(
                             -1, ' ', false, json::error_handler_t::replace));
    } else {
      PrintList(name_, list, list.size());
    }
    return kExitDone;
  }

  CLI::App* app_ = nullptr;
  S3Flags s3_;
  recommend::RecommendOptions options_;
  std::vector<std::string> configs_;
  std::string action_, name_, lake_, memory_ = "2GB", discovery_cost_ = "1.5%";
  int threads_ = 0;
  bool json_ = false, no_progress_ = false, no_wait_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeRecommendCommand() { return std::make_unique<RecommendCommand>(); }

}  // namespace cadenza::cli
