#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace cadenza::stream {

/// Wakes up when something appears in one of several folders, where the system tells (inotify); it
/// only saves waiting: what there is, a listing says. Not thread-safe.
class FolderWatch {
 public:
  FolderWatch();
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  /// Folders that are watched already are let be.
  void Watch(const std::vector<std::string>& folders);
  /// Returns after `seconds`, when something appeared, or when `stop` says so, which is asked every
  /// 50 ms.
  void Wait(double seconds, bool wakes_early, const std::function<bool()>& stop);

 private:
  int descriptor_;
  std::set<std::string> watched_;
};

}  // namespace cadenza::stream
