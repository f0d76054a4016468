#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

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

/// flock on a file, which the kernel drops when the process ends, however it ends.
class FileLock final : public WriteLock {
 public:
  /// Makes the file, not its folder. kConflict, naming `what`, when it is held and is not to be
  /// waited for.
  static Result<std::unique_ptr<FileLock>> Take(const std::string& path, const std::string& what,
                                                const KeepWaiting& keep_waiting);
  ~FileLock() override;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace cadenza::lake
