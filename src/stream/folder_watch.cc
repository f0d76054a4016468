#include "stream/folder_watch.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/clock.h"

namespace cadenza::stream {

FolderWatch::FolderWatch() : descriptor_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

FolderWatch::~FolderWatch() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void FolderWatch::Watch(const std::vector<std::string>& folders) {
  if (descriptor_ < 0) return;
  for (const std::string& folder : folders) {
    if (watched_.contains(folder)) continue;
    const int added =
        ::inotify_add_watch(descriptor_, folder.c_str(), IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE);
    if (added >= 0) watched_.insert(folder);
  }
}

void FolderWatch::Wait(double seconds, bool wakes_early, const std::function<bool()>& stop) {
  constexpr int kAskMs = 50;
  const Stopwatch watch;
  while (watch.seconds() < seconds && !stop()) {
    const double left_ms = (seconds - watch.seconds()) * 1000;
    pollfd entry{descriptor_, POLLIN, 0};
    const bool listens = wakes_early && descriptor_ >= 0;
    const int ready = ::poll(listens ? &entry : nullptr, listens ? 1 : 0,
                             std::clamp(static_cast<int>(left_ms), 1, kAskMs));
    if (ready <= 0) continue;
    std::array<char, 4096> events;
    while (::read(descriptor_, events.data(), events.size()) > 0) {
    }
    return;
  }
}

}  // namespace cadenza::stream
