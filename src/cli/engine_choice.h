#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "cli/engine_estimate.h"
#include "cli/progress.h"
#include "engine/engine.h"
#include "spark/connection_string.h"

namespace cadenza::cli {

/// --spark of the commands that know a cluster.
void DeclareSparkAddress(CLI::App* app, std::string* address);
/// kUsage where it is missing or none.
Result<spark::ConnectionString> ParseSparkAddress(const std::string& address);

/// --engine and --spark of the commands that run models.
class EngineChoice {
 public:
  void Declare(CLI::App* app);
  /// The embedded engine, or one on the cluster with the embedded one beside it. With `auto` the
  /// unpacked bytes of the sources are asked for, with the embedded engine to look with, and the
  /// cluster, where it may pay, for its cores; standard error says what was chosen and why.
  /// `progress` must outlive the engine; it is shown what the cluster does.
  Result<std::unique_ptr<engine::Engine>> Open(
      const engine::DuckDbOptions& options, Progress* progress,
      const std::function<Result<int64_t>(engine::Engine*)>& source_bytes) const;

 private:
  Result<std::unique_ptr<engine::Engine>> OpenCluster(const engine::DuckDbOptions& options,
                                                      Progress* progress) const;

  std::string engine_ = "embedded", address_;
};

}  // namespace cadenza::cli
