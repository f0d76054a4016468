#pragma once

#include <memory>
#include <string>
#include <thread>

#include "lake/write_lock.h"
#include "storage/object_store.h"

namespace cadenza::lake {

struct TicketTimes {
  int64_t poll_ms = 500;     ///< between looks at the tickets before ours
  int64_t renew_ms = 5'000;  ///< a living run writes its ticket anew so often
  int64_t dead_ms = 30'000;  ///< a ticket that does not change for so long has no run any more
};

/// The lock of a lake on an object store, made of put-if-absent alone. A run draws a ticket,
/// _cadenza/tickets/<number>.json, whose number is the run's, and waits until no ticket before its
/// own is left. The ticket of a run that died is taken away after its number has been closed with
/// an abandoned manifest, so that a run that was only thought dead cannot finish (WriteManifest
/// fails). No clocks are compared: a waiting run watches for change by its own.
/// Runs of one machine queue at a local file as well, which tells the ticket of a dead one at once.
class TicketLock final : public WriteLock {
 public:
  /// The number will be greater than `floor`. kConflict when another run holds the lock and is not
  /// to be waited for; kInput when the store does not keep put-if-absent.
  static Result<std::unique_ptr<TicketLock>> Take(std::shared_ptr<ObjectStore> store, int64_t floor,
                                                  const KeepWaiting& keep_waiting,
                                                  const TicketTimes& times = {});
  ~TicketLock() override;
  TicketLock(const TicketLock&) = delete;
  TicketLock& operator=(const TicketLock&) = delete;

  std::optional<int64_t> run_number() const override { return number_; }
  Status CheckHeld() override;
  void LeaveUnfinished() override { leave_ = true; }

 private:
  class Renewal;

  TicketLock(std::shared_ptr<ObjectStore> store, const TicketTimes& times);
  Status LockOnThisMachine(const KeepWaiting& keep_waiting);
  Status Draw(int64_t floor);
  Status CheckStore();
  Result<bool> IsOvertaken();
  Status WaitForOthers(const KeepWaiting& keep_waiting);
  Status Clear(int64_t number);
  std::string Text() const;

  std::shared_ptr<ObjectStore> store_;
  const TicketTimes times_;
  std::unique_ptr<FileLock> machine_lock_;
  std::string machine_;  ///< an id that runs of this machine share; empty: unknown
  std::string owner_;
  int64_t number_ = 0;
  bool leave_ = false;
  std::unique_ptr<Renewal> renewal_;
};

}  // namespace cadenza::lake
