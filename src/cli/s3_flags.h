#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "storage/s3/client.h"

namespace cadenza::cli {

/// How to reach S3: the flags that all commands share which read or write a lake.
/// Credentials of flags win over the environment's, those of settings files do not.
class S3Flags {
 public:
  void Declare(CLI::App* app);
  /// To be called after ApplySettings. Nothing is looked up before it is used.
  std::shared_ptr<s3::Client> MakeClient() const;

 private:
  s3::Options options_;
  s3::Credentials credentials_;
  bool credentials_are_flags_ = false;
};

}  // namespace cadenza::cli
