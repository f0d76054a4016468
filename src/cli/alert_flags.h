#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "alerts/check.h"
#include "base/result.h"
#include "cli/delivery_flags.h"

namespace cadenza::cli {

/// What is judged, by which rules, and where it goes: the flags and settings of `cadenza alerts`
/// that a check has, whoever makes it.
class AlertFlags {
 public:
  void Declare(CLI::App* app);
  /// To be called after the settings were applied. Waits for other writers unless --no-wait.
  Result<alerts::CheckOptions> Options() const;
  /// Whether there is such a zone is not known here.
  const std::string& zone() const { return options_.series.zone; }
  const DeliveryFlags& delivery() const { return delivery_; }
  /// A rule by the name that it has in a replay.
  bool IsAsked(const std::string& rule) const;

 private:
  void DeclareWindows(CLI::App* app);
  void DeclareRules(CLI::App* app);
  void DeclareCheck(CLI::App* app);

  alerts::CheckOptions options_;
  DeliveryFlags delivery_;
  std::vector<std::string> rules_;
  std::string silent_after_ = "2h", deliver_within_ = "1d", now_;
  bool no_wait_ = false;
};

/// What [alerts] of the settings files and CADENZA_* say, for another command that makes checks
/// (cadenza stream, after a commit). `job` is that command's, `configs` its --config files.
Result<alerts::CheckOptions> AlertSettings(const CLI::App& job,
                                           const std::vector<std::string>& configs);

}  // namespace cadenza::cli
