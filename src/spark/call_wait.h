#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>

#include <functional>

namespace cadenza::spark {

/// Waits for one call's steps, and looks at `stop` and the clock meanwhile. Cancels the call when
/// either says so; the step then ends, without success.
class CallWait {
 public:
  enum class End { kStep, kStopped, kSilent };

  CallWait(grpc::ClientContext* context, const std::function<bool()>* stop, double silence_seconds)
      : context_(context), stop_(stop), silence_seconds_(silence_seconds) {}
  ~CallWait();
  CallWait(const CallWait&) = delete;
  CallWait& operator=(const CallWait&) = delete;

  grpc::CompletionQueue* queue() { return &queue_; }
  /// For the step that was begun last; false: it failed.
  bool Step();
  /// Why the call was cancelled; kStep: it was not.
  End end() const { return end_; }

 private:
  grpc::ClientContext* context_;
  const std::function<bool()>* stop_;
  double silence_seconds_;
  End end_ = End::kStep;
  grpc::CompletionQueue queue_;
};

}  // namespace cadenza::spark
