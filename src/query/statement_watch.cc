#include "query/statement_watch.h"

#include <chrono>

namespace cadenza::query {
namespace {

Ending EndingOf(const WatchedStatement& statement) {
  if (statement.interrupted || (statement.stop && statement.stop())) return Ending::kInterrupted;
  const bool late = statement.seconds > 0 && statement.clock.seconds() > statement.seconds;
  return late ? Ending::kTime : Ending::kNone;
}

}  // namespace

StatementWatch::StatementWatch() : thread_([this] { Loop(); }) {}

StatementWatch::~StatementWatch() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void StatementWatch::Add(WatchedStatement* statement) {
  {
    const std::scoped_lock lock(mutex_);
    statements_.push_back(statement);
  }
  wake_.notify_all();
}

Ending StatementWatch::Remove(WatchedStatement* statement) {
  const std::scoped_lock lock(mutex_);
  statements_.remove(statement);
  return statement->ending;
}

void StatementWatch::Loop() {
  constexpr std::chrono::milliseconds kStep(10);
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (statements_.empty()) {
      wake_.wait(lock);
      continue;
    }
    wake_.wait_for(lock, kStep);
    for (WatchedStatement* statement : statements_) {
      if (statement->ending == Ending::kNone) statement->ending = EndingOf(*statement);
      if (statement->ending != Ending::kNone) statement->engine->Interrupt();
    }
  }
}

}  // namespace cadenza::query
