#include "storage/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

namespace cadenza {
namespace {

/// A thread that an exception leaves would take the program with it.
Status Guarded(const std::function<Status(size_t)>& work, size_t i) {
  try {
    return work(i);
  } catch (const std::bad_alloc&) {
    return MakeError(ErrorKind::kIo, "not enough memory");
  } catch (const std::exception& error) {
    return MakeError(ErrorKind::kInternal, "a defect of cadenza: {}", error.what());
  }
}

}  // namespace

size_t Cores() { return std::max(1U, std::thread::hardware_concurrency()); }

Status InParallel(size_t count, size_t threads, const std::function<Status(size_t)>& work) {
  std::atomic<size_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  Status first;
  const auto take = [&] {
    for (size_t i = next.fetch_add(1); i < count && !failed; i = next.fetch_add(1)) {
      Status status = Guarded(work, i);
      if (status.ok()) continue;
      const std::scoped_lock lock(mutex);
      if (!failed.exchange(true)) first = std::move(status);
    }
  };
  std::vector<std::thread> others;
  for (size_t i = 1; i < std::min(count, threads); ++i) others.emplace_back(take);
  take();
  for (std::thread& thread : others) thread.join();
  return first;
}

}  // namespace cadenza
