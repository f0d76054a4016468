#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "engine/engine.h"

namespace cadenza::query {

/// Why a statement was ended before its end.
enum class Ending { kNone, kInterrupted, kTime };

/// What a session asks of the watch. The engine takes an interrupt only while it runs something, so
/// the watch repeats it until the session says that the statement is over.
struct WatchedStatement {
  engine::Engine* engine = nullptr;
  double seconds = 0;  ///< 0 = no limit
  std::function<bool()> stop = {};
  Stopwatch clock = {};
  std::atomic<bool> interrupted{false};
  Ending ending = Ending::kNone;
};

/// One thread that ends the statements of many sessions when their time is over or somebody asks.
/// It sleeps while none runs. Thread-safe.
class StatementWatch {
 public:
  StatementWatch();
  ~StatementWatch();
  StatementWatch(const StatementWatch&) = delete;
  StatementWatch& operator=(const StatementWatch&) = delete;

  void Add(WatchedStatement* statement);
  /// After it the watch does not touch the statement or its engine any more.
  Ending Remove(WatchedStatement* statement);

 private:
  void Loop();

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::list<WatchedStatement*> statements_;
  std::thread thread_;
};

}  // namespace cadenza::query
