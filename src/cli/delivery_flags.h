#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "alerts/delivery/channel.h"
#include "base/result.h"

namespace cadenza::cli {

/// Where alerts go: the flags and settings of `cadenza alerts`. Secrets are better in the
/// environment or a settings file; no message shows them.
class DeliveryFlags {
 public:
  void Declare(CLI::App* app);
  /// Those of mail alone.
  void DeclareMail(CLI::App* app);
  /// To be called after ApplySettings.
  Result<alerts::DeliveryOptions> Options() const;
  /// Other commands tell of their failure.
  bool on_failure() const { return on_failure_; }

 private:
  alerts::DeliveryOptions options_;
  std::string retry_pause_ = "1s";
  bool on_failure_ = false;
};

}  // namespace cadenza::cli
