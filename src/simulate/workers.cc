#include "simulate/workers.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace cadenza::simulate {

struct Workers::State {
  void Work() {
    for (int at = next.fetch_add(1); at < count; at = next.fetch_add(1)) (*piece)(at);
  }
  void Loop() {
    uint64_t seen = 0;
    std::unique_lock lock(mutex);
    while (true) {
      wake.wait(lock, [&] { return stopping || round != seen; });
      if (stopping) return;
      seen = round;
      lock.unlock();
      Work();
      lock.lock();
      if (--busy == 0) done.notify_one();
    }
  }

  std::mutex mutex;
  std::condition_variable wake, done;
  uint64_t round = 0;
  int busy = 0;
  bool stopping = false;
  int count = 0;
  const std::function<void(int)>* piece = nullptr;
  std::atomic<int> next{0};
  std::vector<std::thread> threads;
};

Workers::Workers(int threads) : state_(std::make_unique<State>()) {
  for (int i = 1; i < threads; ++i) {
    state_->threads.emplace_back([state = state_.get()] { state->Loop(); });
  }
}

Workers::~Workers() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

int Workers::threads() const { return static_cast<int>(state_->threads.size()) + 1; }

void Workers::Run(int count, const std::function<void(int)>& piece) {
  State& state = *state_;
  if (count <= 1 || state.threads.empty()) {
    for (int i = 0; i < count; ++i) piece(i);
    return;
  }
  std::unique_lock lock(state.mutex);
  state.count = count;
  state.piece = &piece;
  state.next = 0;
  state.busy = static_cast<int>(state.threads.size());
  ++state.round;
  lock.unlock();
  state.wake.notify_all();
  state.Work();
  lock.lock();
  state.done.wait(lock, [&] { return state.busy == 0; });
}

}  // namespace cadenza::simulate
