#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace cadenza::lake {

/// The right of one run at a time to write to a lake; it falls with the object.
class WriteLock {
 public:
  virtual ~WriteLock() = default;
  /// The number that the run has to take, where the lock gives one out.
  virtual std::optional<int64_t> run_number() const { return std::nullopt; }
  /// kConflict when the right was lost meanwhile. To be asked before the first commit.
  virtual Status CheckHeld() { return {}; }
  /// The run ends between its commits: whoever comes next must find out and undo them.
  virtual void LeaveUnfinished() {}
};

/// Asked while another holds the lock; empty: do not wait.
using KeepWaiting = std::function<bool()>;

/// flock on a file, which the kernel drops when the process ends, however it ends. Folders that
/// were made for the file go with the lock when nothing else came into them, so that a job that
/// fails at once leaves no folder under a mistyped name.
class FileLock final : public WriteLock {
 public:
  /// Makes the file and the folders above it. kConflict, naming `what`, when it is held and is not
  /// to be waited for.
  static Result<std::unique_ptr<FileLock>> Take(const std::string& path, const std::string& what,
                                                const KeepWaiting& keep_waiting);
  ~FileLock() override;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  FileLock() = default;
  Status Open();
  bool IsStillThere() const;

  std::string path_;
  std::vector<std::string> made_;  ///< folders, the deepest first
  int descriptor_ = -1;
};

}  // namespace cadenza::lake
