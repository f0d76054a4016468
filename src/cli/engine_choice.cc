#include "cli/engine_choice.h"

#include <filesystem>

#include "cli/command.h"
#include "cli/message_text.h"
#include "engine/spark/spark_engine.h"
#include "storage/parallel.h"

namespace cadenza::cli {
namespace {

/// Spark cuts a range into as many pieces as it has cores.
constexpr const char* kClusterCores =
    "SELECT count(DISTINCT piece) FROM (SELECT spark_partition_id() AS piece FROM range(1000000))";

int64_t FreeDisk(const engine::DuckDbOptions& options) {
  std::error_code error;
  const std::filesystem::path folder = options.spill_folder.empty()
                                           ? std::filesystem::temp_directory_path(error)
                                           : std::filesystem::path(options.spill_folder);
  const std::filesystem::space_info space = std::filesystem::space(folder, error);
  return error ? 0 : static_cast<int64_t>(space.available);
}

}  // namespace

void DeclareSparkAddress(CLI::App* app, std::string* address) {
  app->add_option("--spark", *address,
                  "Spark Connect server: sc://host:port/;token=…;use_ssl=true;user_id=…;x-name=…")
      ->type_name("ADDRESS");
}

Result<spark::ConnectionString> ParseSparkAddress(const std::string& address) {
  if (!address.empty()) return spark::ParseConnectionString(address);
  return MakeError(ErrorKind::kUsage, "--spark is missing: which Spark Connect server?");
}

void EngineChoice::Declare(CLI::App* app) {
  app->add_option("--engine", engine_,
                  "embedded; spark: on the cluster of --spark; auto: by the size of the sources")
      ->check(CLI::IsMember({"embedded", "spark", "auto"}))
      ->capture_default_str();
  DeclareSparkAddress(app, &address_);
}

Result<std::unique_ptr<engine::Engine>> EngineChoice::OpenCluster(
    const engine::DuckDbOptions& options, Progress* progress) const {
  CADENZA_ASSIGN(const spark::ConnectionString connection, ParseSparkAddress(address_));
  spark::SessionOptions session_options;
  session_options.spark_from = 4;  // is_valid_utf8, checkpoints of a session
  session_options.stop = InterruptGuard::interrupted;
  session_options.progress = [progress](const spark::StageCounts& counts) {
    if (counts.tasks == 0) return;
    progress->Share(static_cast<double>(counts.tasks_done) / static_cast<double>(counts.tasks),
                    fmt::format("{} of {} tasks on the cluster", counts.tasks_done, counts.tasks));
  };
  CADENZA_ASSIGN(std::unique_ptr<engine::Engine> local, engine::OpenDuckDb(options));
  CADENZA_ASSIGN(std::unique_ptr<spark::Session> session,
                 spark::Session::Open(connection, std::move(session_options)));
  return std::unique_ptr<engine::Engine>(
      std::make_unique<engine::SparkEngine>(std::move(session), std::move(local)));
}

Result<std::unique_ptr<engine::Engine>> EngineChoice::Open(
    const engine::DuckDbOptions& options, Progress* progress,
    const std::function<Result<int64_t>(engine::Engine*)>& source_bytes) const {
  if (engine_ == "spark") return OpenCluster(options, progress);
  CADENZA_ASSIGN(std::unique_ptr<engine::Engine> local, engine::OpenDuckDb(options));
  if (engine_ == "embedded") return local;
  EngineEstimate estimate;
  CADENZA_ASSIGN(estimate.source_bytes, source_bytes(local.get()));
  estimate.memory_bytes = options.memory_bytes;
  estimate.disk_bytes = FreeDisk(options);
  estimate.cores = options.threads > 0 ? options.threads : static_cast<int>(Cores());
  estimate.has_cluster = !address_.empty();
  std::unique_ptr<engine::Engine> cluster;
  if (estimate.has_cluster && MayPay(estimate)) {
    CADENZA_ASSIGN(cluster, OpenCluster(options, progress));
    CADENZA_ASSIGN(const engine::RowSet cores, cluster->Query(kClusterCores));
    estimate.cluster_cores = static_cast<int>(cores.Number());
  }
  const EngineDecision decision = DecideEngine(estimate);
  PrintError("engine: {}, because {}\n", decision.is_spark ? "spark" : "embedded", decision.reason);
  return decision.is_spark ? std::move(cluster) : std::move(local);
}

}  // namespace cadenza::cli
