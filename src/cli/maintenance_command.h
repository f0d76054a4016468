#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/s3_flags.h"
#include "lake/lake.h"
#include "maintenance/care_options.h"

namespace cadenza::cli {

/// What optimize, vacuum, forget and rectify share: a lake that is there, one writer at a time,
/// --dry-run, and a summary as text or JSON.
class MaintenanceCommand : public Command {
 public:
  Result<int> Execute() final;
  void OnError(const Error& error) final;

 protected:
  void DeclareCare(CLI::App* app, const char* examples);
  virtual Status CheckUsage() { return {}; }
  virtual Status Work(lake::Lake* lake) = 0;
  /// Of what Work did.
  virtual nlohmann::json Summary() const = 0;
  virtual void Print() const = 0;

  /// What the flags say that all of them have.
  void Tell(maintenance::CareOptions* options);

  const std::string& root() const { return root_; }
  bool dry_run() const { return dry_run_; }

 private:
  CLI::App* app_ = nullptr;
  S3Flags s3_;
  std::string root_, memory_ = "700MB";
  std::vector<std::string> configs_;
  int threads_ = 0;
  bool dry_run_ = false, json_ = false, no_wait_ = false, no_progress_ = false;
  std::unique_ptr<Progress> progress_;
};

}  // namespace cadenza::cli
