#include "spark/call_wait.h"

#include <chrono>

namespace cadenza::spark {

CallWait::~CallWait() {
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

bool CallWait::Step() {
  using std::chrono::system_clock;
  const auto begun = system_clock::now();
  while (true) {
    void* tag = nullptr;
    bool ok = false;
    const auto until = system_clock::now() + std::chrono::milliseconds(50);
    if (queue_.AsyncNext(&tag, &ok, until) == grpc::CompletionQueue::GOT_EVENT) return ok;
    if (end_ != End::kStep) continue;  // the end of what was cancelled comes soon
    const std::chrono::duration<double> silence = system_clock::now() - begun;
    if (stop_ && (*stop_)()) {
      end_ = End::kStopped;
    } else if (silence.count() > silence_seconds_) {
      end_ = End::kSilent;
    }
    if (end_ != End::kStep) context_->TryCancel();
  }
}

}  // namespace cadenza::spark
