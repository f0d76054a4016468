#include <nlohmann/json.hpp>

#include "base/shell_word.h"
#include "cli/command.h"
#include "cli/engine_choice.h"
#include "cli/message_text.h"
#include "cli/own_model_flags.h"
#include "cli/progress.h"
#include "cli/s3_flags.h"
#include "query/lake_tables.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;

constexpr const char* kRefreshExamples = R"help(Examples:
  cadenza refresh --lake lake --models ./models
      checks and computes all models of the folder; what they read has to be in the lake
  cadenza refresh --lake lake
      computes again what the lake has of models, by the texts that it keeps
  cadenza refresh --lake lake --models ./models --drop
      and drops the tables of models that are gone from the folder

Every model is checked before anything is computed. One that fails later, also by an audit, leaves
its table as it is and the others alone; the exit code says that there was one.
docs/MODELS.md shows a model from the file to the answer; cadenza models new NAME begins one.
Exit code: 0 done, 1 failed or a model failed, 2 wrong usage or a wrong model, 130 interrupted.)help";

class RefreshCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kRefreshExamples);
    app->add_option("--lake", lake_, "the lake, as made by etl --out")
        ->type_name("FOLDER REQUIRED");
    DeclareList(app, "--models", &folders_, "folder with models of your own (*.sql)")
        ->type_name("FOLDER");
    app->add_flag("--drop", drop_, "drop the tables of models that are in no folder of --models");
    engine_.Declare(app);
    DeclareThreads(app, &threads_);
    DeclareMemory(app, &memory_);
    DeclareList(app, "--config", &configs_, "settings: .toml")->type_name("FILE");
    app->add_flag("--no-wait", no_wait_,
                  "fail when another run is writing to the lake; else waits without limit");
    app->add_flag("--json", json_, "print the summary as one JSON object");
    app->add_flag("--no-progress", no_progress_, "no progress line");
    s3_.Declare(app);
  }

  void OnError(const Error& error) override {
    if (json_) PrintFailure(error, {{"lake", lake_}});
  }

  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, configs_));
    if (drop_ && folders_.empty()) {
      return MakeError(ErrorKind::kUsage, "--drop needs --models: gone from which folder?");
    }
    engine::DuckDbOptions options;
    options.threads = threads_;
    CADENZA_ASSIGN(options.memory_bytes, ParseMemory(memory_));
    options.s3 = s3_.MakeClient();
    Progress progress(!no_progress_);
    CADENZA_ASSIGN(std::unique_ptr<engine::Engine> engine,
                   engine_.Open(options, &progress, [&](engine::Engine* local) -> Result<int64_t> {
                     CADENZA_ASSIGN(const lake::Lake lake,
                                    query::OpenExistingLake(lake_, local, options.s3));
                     int64_t bytes = 0;
                     for (const lake::Model* table : lake.tables()) {
                       CADENZA_ASSIGN(const lake::TableState state, lake.Load(*table));
                       if (state.exists) bytes += state.size_bytes();
                     }
                     return bytes;
                   }));
    const InterruptGuard guard(engine.get());
    CADENZA_ASSIGN(lake::Lake lake, query::OpenExistingLake(lake_, engine.get(), options.s3));
    CADENZA_ASSIGN(const warehouse::OwnModels models, warehouse::OwnModels::Read(folders_, &lake));
    warehouse::OwnRefreshOptions refresh;
    refresh.drop_gone = drop_;
    if (!no_wait_) refresh.job.keep_waiting = [] { return !InterruptGuard::Pending(); };
    refresh.job.on_stage = [&](const char* stage) { progress.Stage(stage); };
    Result<warehouse::OwnSummary> summary = warehouse::RefreshOwnModels(&lake, models, refresh);
    progress.Stage("");
    if (!summary.ok()) return summary.error();
    Print(*summary);
    return summary->has_failed() ? kExitFailed : kExitDone;
  }

 private:
  void Print(const warehouse::OwnSummary& summary) const {
    WarnOfOwnModels(summary);
    if (json_) {
      const char* status = summary.has_failed() ? "failed" : summary.changed ? "done" : "unchanged";
      const json object = {{"status", status},     {"run", summary.run},
                           {"lake", lake_},        {"models", OwnModelsJson(summary)},
                           {"gone", summary.gone}, {"seconds", summary.seconds}};
      PrintJson(object);
      return;
    }
    if (summary.models.empty()) {
      fmt::print("The lake {} has no models of one's own, and --models names none.\n",
                 ShellWord(lake_));
      return;
    }
    PrintOwnModels(summary);
    if (!summary.changed) fmt::print("\nNothing changed: run {} stays the last.\n", summary.run);
  }

  CLI::App* app_ = nullptr;
  std::string lake_, memory_ = "700MB";
  std::vector<std::string> folders_, configs_;
  bool drop_ = false, no_wait_ = false, json_ = false, no_progress_ = false;
  int threads_ = 0;
  EngineChoice engine_;
  S3Flags s3_;
};

}  // namespace

std::unique_ptr<Command> MakeRefreshCommand() { return std::make_unique<RefreshCommand>(); }

}  // namespace cadenza::cli
