#include "cli/maintenance_command.h"

#include "cli/message_text.h"
#include "query/lake_tables.h"

namespace cadenza::cli {

using nlohmann::json;

void MaintenanceCommand::DeclareCare(CLI::App* app, const char* examples) {
  app_ = app;
  app->footer(examples);
  app->add_option("--lake", root_, "the lake, as made by etl --out")->type_name("FOLDER REQUIRED");
  DeclareList(app, "--config", &configs_, "settings: .toml")->type_name("FILE");
  s3_.Declare(app);
  app->add_flag("--dry-run", dry_run_, "say what would be done, with figures, and do nothing");
  DeclareThreads(app, &threads_);
  DeclareMemory(app, &memory_);
  app->add_flag("--no-wait", no_wait_,
                "fail when another run is writing to the lake; else waits without limit");
  app->add_flag("--json", json_, "print the summary as one JSON object");
  app->add_flag("--no-progress", no_progress_, "no progress line");
}

void MaintenanceCommand::OnError(const Error& error) {
  progress_.reset();
  if (json_) PrintFailure(error, {{"lake", root_}});
}

Result<int> MaintenanceCommand::Execute() {
  CADENZA_TRY(ApplySettings(app_, configs_));
  CADENZA_TRY(CheckUsage());
  engine::DuckDbOptions options;
  options.threads = threads_;
  CADENZA_ASSIGN(options.memory_bytes, ParseMemory(memory_));
  options.s3 = s3_.MakeClient();
  CADENZA_ASSIGN(const std::unique_ptr<engine::Engine> engine, engine::OpenDuckDb(options));
  const InterruptGuard guard(engine.get());
  CADENZA_ASSIGN(lake::Lake lake, query::OpenExistingLake(root_, engine.get(), options.s3));
  progress_ = std::make_unique<Progress>(!no_progress_);
  const Status done = Work(&lake);
  progress_->Stage("");
  CADENZA_TRY(done);
  if (json_) {
    json summary = Summary();
    summary["status"] = "done";
    summary["lake"] = root_;
    summary["dry_run"] = dry_run_;
    PrintJson(summary);
  } else {
    Print();
  }
  return kExitDone;
}

void MaintenanceCommand::Tell(maintenance::CareOptions* options) {
  options->dry_run = dry_run_;
  if (!no_wait_) options->keep_waiting = [] { return !InterruptGuard::Pending(); };
  options->on_table = [this](const std::string& table) { progress_->Stage(table); };
}

}  // namespace cadenza::cli
