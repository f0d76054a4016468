#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cadenza {

/// A new folder among the system's temporary ones, which goes with the object and all that is in
/// it.
class ScratchFolder {
 public:
  /// Its name begins with the prefix, which begins with "cadenza-". What killed processes left
  /// goes.
  static Result<std::unique_ptr<ScratchFolder>> Make(std::string_view prefix);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  /// The system's folder for temporary files; kIo when it is not there.
  static Result<std::string> Parent();

  const std::string& path() const { return path_; }
  /// The path of a file in it, which need not exist.
  std::string File(std::string_view name) const;

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

}  // namespace cadenza
