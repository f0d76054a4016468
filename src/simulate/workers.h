#pragma once

#include <functional>
#include <memory>

namespace cadenza::simulate {

/// Threads that wait for numbered pieces of work. The caller works along, so one thread means no
/// thread besides the caller. Pieces run in any order; what they make must not depend on it.
class Workers {
 public:
  explicit Workers(int threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  int threads() const;
  /// Calls piece(0) … piece(count - 1), each once, and returns when all are done.
  void Run(int count, const std::function<void(int)>& piece);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cadenza::simulate
