#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/progress.h"
#include "engine/engine.h"

namespace cadenza::cli {

/// --engine and --spark of the commands that run models.
class EngineChoice {
 public:
  void Declare(CLI::App* app);
  bool is_spark() const { return engine_ == "spark"; }
  /// The embedded engine, or one on the cluster with the embedded one beside it. `progress` (may be
  /// nullptr) must outlive the engine; it is shown what the cluster does.
  Result<std::unique_ptr<engine::Engine>> Open(const engine::DuckDbOptions& options,
                                               Progress* progress) const;

 private:
  std::string engine_ = "embedded", address_;
};

}  // namespace cadenza::cli
