#include "cli/engine_choice.h"

#include "cli/command.h"
#include "engine/spark/spark_engine.h"

namespace cadenza::cli {

void EngineChoice::Declare(CLI::App* app) {
  app->add_option("--engine", engine_, "embedded, or spark: on the cluster of --spark")
      ->check(CLI::IsMember({"embedded", "spark"}))
      ->capture_default_str();
  app->add_option("--spark", address_,
                  "Spark Connect server: sc://host:port/;token=…;use_ssl=true;user_id=…;x-name=…")
      ->type_name("ADDRESS");
}

Result<std::unique_ptr<engine::Engine>> EngineChoice::Open(const engine::DuckDbOptions& options,
                                                           Progress* progress) const {
  CADENZA_ASSIGN(std::unique_ptr<engine::Engine> local, engine::OpenDuckDb(options));
  if (!is_spark()) return local;
  if (address_.empty()) {
    return MakeError(ErrorKind::kUsage, "--spark is missing: which Spark Connect server?");
  }
  CADENZA_ASSIGN(const spark::ConnectionString connection, spark::ParseConnectionString(address_));
  spark::SessionOptions session_options;
  session_options.stop = InterruptGuard::interrupted;
  session_options.progress = [progress](const spark::StageCounts& counts) {
    if (!progress || counts.tasks == 0) return;
    progress->Share(static_cast<double>(counts.tasks_done) / static_cast<double>(counts.tasks),
                    fmt::format("{} of {} tasks on the cluster", counts.tasks_done, counts.tasks));
  };
  CADENZA_ASSIGN(std::unique_ptr<spark::Session> session,
                 spark::Session::Open(connection, std::move(session_options)));
  return std::unique_ptr<engine::Engine>(
      std::make_unique<engine::SparkEngine>(std::move(session), std::move(local)));
}

}  // namespace cadenza::cli
