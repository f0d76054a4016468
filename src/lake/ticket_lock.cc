#include "lake/ticket_lock.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/unique_id.h"
#include "lake/manifest.h"

namespace cadenza::lake {
namespace {

using nlohmann::json;

constexpr std::string_view kTicketsFolder = "_cadenza/tickets";

std::string TicketName(int64_t number) {
  return fmt::format("{}/{:020}.json", kTicketsFolder, number);
}

/// number -> what changes when the ticket is renewed
Result<std::map<int64_t, int64_t>> ListTickets(ObjectStore* store) {
  CADENZA_ASSIGN(const std::vector<ObjectInfo> objects, store->List(kTicketsFolder));
  std::map<int64_t, int64_t> tickets;
  for (const ObjectInfo& object : objects) {
    const char* digits = object.name.data() + kTicketsFolder.size() + 1;
    int64_t number = 0;
    std::from_chars(digits, object.name.data() + object.name.size(), number);
    if (number > 0 && object.name == TicketName(number)) tickets[number] = object.modified_ms;
  }
  return tickets;
}

std::string MachineOf(const std::optional<std::string>& ticket) {
  if (!ticket) return "";
  const json text = json::parse(*ticket, nullptr, /*allow_exceptions=*/false);
  if (!text.is_object() || !text.contains("machine") || !text["machine"].is_string()) return "";
  return text["machine"].get<std::string>();
}

/// A folder of this user's in the temporary folder that nobody else can have prepared; else empty.
std::string OwnFolder() {
  const std::string folder =
      (std::filesystem::temp_directory_path() / fmt::format("cadenza-{}", ::getuid())).string();
  ::mkdir(folder.c_str(), 0700);
  struct stat status{};
  const bool own = ::lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
                   status.st_uid == ::getuid() && (status.st_mode & 0077) == 0;
  return own ? folder : "";
}

}  // namespace

/// Writes the ticket anew in the background.
class TicketLock::Renewal {
 public:
  Renewal(ObjectStore* store, std::string name, std::string text, int64_t every_ms)
      : thread_([this, store, name = std::move(name), text = std::move(text), every_ms] {
          std::unique_lock lock(mutex_);
          const auto pause = std::chrono::milliseconds(every_ms);
          while (!wake_.wait_for(lock, pause, [this] { return stopping_; })) {
            // A failure shows when the run commits; the next renewal may well succeed.
            static_cast<void>(store->Put(name, text));
          }
        }) {}
  ~Renewal() {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }
  Renewal(const Renewal&) = delete;
  Renewal& operator=(const Renewal&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

TicketLock::TicketLock(std::shared_ptr<ObjectStore> store, const TicketTimes& times)
    : store_(std::move(store)), times_(times), owner_(UniqueId()) {}

TicketLock::~TicketLock() {
  renewal_.reset();
  if (number_ > 0 && !leave_) static_cast<void>(store_->Remove(TicketName(number_)));
}

Result<std::unique_ptr<TicketLock>> TicketLock::Take(std::shared_ptr<ObjectStore> store,
                                                     int64_t floor, const KeepWaiting& keep_waiting,
                                                     const TicketTimes& times) {
  std::unique_ptr<TicketLock> lock(new TicketLock(std::move(store), times));
  CADENZA_TRY(lock->LockOnThisMachine(keep_waiting));
  while (true) {
    CADENZA_TRY(lock->Draw(floor));
    CADENZA_ASSIGN(const bool overtaken, lock->IsOvertaken());
    if (!overtaken) break;
    CADENZA_TRY(lock->store_->Remove(TicketName(lock->number_)));
    lock->number_ = 0;
  }
  CADENZA_TRY(lock->CheckStore());
  lock->renewal_ = std::make_unique<Renewal>(lock->store_.get(), TicketName(lock->number_),
                                             lock->Text(), times.renew_ms);
  CADENZA_TRY(lock->WaitForOthers(keep_waiting));
  return lock;
}

Status TicketLock::LockOnThisMachine(const KeepWaiting& keep_waiting) {
  const std::string folder = OwnFolder();
  if (folder.empty()) return {};
  const size_t hash = std::hash<std::string>()(store_->root());
  const std::string path = fmt::format("{}/lake-{:016x}.lock", folder, hash);
  CADENZA_ASSIGN(machine_lock_, FileLock::Take(path, store_->root(), keep_waiting));
  std::string id(64, '\0');
  const ssize_t size = ::pread(machine_lock_->descriptor(), id.data(), id.size(), 0);
  id.resize(static_cast<size_t>(std::max<ssize_t>(size, 0)));
  if (id.empty()) {
    id = UniqueId();
    const ssize_t written = ::pwrite(machine_lock_->descriptor(), id.data(), id.size(), 0);
    if (written != static_cast<ssize_t>(id.size())) id.clear();
  }
  machine_ = id;
  return {};
}

std::string TicketLock::Text() const {
  return json{{"run", number_}, {"owner", owner_}, {"machine", machine_}}.dump();
}

Status TicketLock::Draw(int64_t floor) {
  while (true) {
    CADENZA_ASSIGN(const auto tickets, ListTickets(store_.get()));
    CADENZA_ASSIGN(int64_t highest, HighestRun(*store_));
    if (!tickets.empty()) highest = std::max(highest, tickets.rbegin()->first);
    number_ = std::max(highest, floor) + 1;
    const Result<bool> drawn = store_->PutIfAbsent(TicketName(number_), Text());
    if (drawn.ok() && *drawn) return {};
    number_ = 0;
    if (!drawn.ok()) return drawn.error();
  }
}

/// A server that does not know conditional writes would overwrite commits without a word.
Status TicketLock::CheckStore() {
  CADENZA_ASSIGN(const bool overwritten, store_->PutIfAbsent(TicketName(number_), "{}"));
  if (!overwritten) return {};
  return MakeError(ErrorKind::kInput,
                   "the server ignores If-None-Match, without which commits get lost: {}",
                   store_->root());
}

/// The number may come from a listing that was old already: whoever has a higher one has looked
/// for lower ones before this one was there, and does not wait for it.
Result<bool> TicketLock::IsOvertaken() {
  CADENZA_ASSIGN(const auto tickets, ListTickets(store_.get()));
  CADENZA_ASSIGN(const int64_t highest, HighestRun(*store_));
  return highest >= number_ || tickets.upper_bound(number_) != tickets.end();
}

Status TicketLock::WaitForOthers(const KeepWaiting& keep_waiting) {
  struct Seen {
    int64_t change = 0;
    Stopwatch since;
  };
  std::map<int64_t, Seen> seen;
  while (true) {
    CADENZA_ASSIGN(const auto tickets, ListTickets(store_.get()));
    if (!tickets.contains(number_)) {
      return MakeError(ErrorKind::kConflict, "another run took this one for dead: {}",
                       store_->root());
    }
    bool alone = true;
    for (const auto& [number, change] : tickets) {
      if (number >= number_) break;
      const auto [at, is_new] = seen.try_emplace(number);
      Seen& before = at->second;
      bool dead = false;
      if (is_new || before.change != change) {
        before = {change, Stopwatch()};
        CADENZA_ASSIGN(const std::optional<std::string> text, store_->Get(TicketName(number)));
        // This run holds the lock of this machine: no other of it can be alive.
        dead = !machine_.empty() && MachineOf(text) == machine_;
      }
      CADENZA_ASSIGN(const bool over, HasManifest(*store_, number));
      dead |= before.since.seconds() * 1000 >= static_cast<double>(times_.dead_ms);
      if (over || dead) {
        CADENZA_TRY(Clear(number));
      } else {
        alone = false;
      }
    }
    if (alone) return {};
    if (!keep_waiting || !keep_waiting()) {
      return MakeError(ErrorKind::kConflict, "another run is writing to {}", store_->root());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(times_.poll_ms));
  }
}

/// Closes the number first: from then on nobody can finish under it.
Status TicketLock::Clear(int64_t number) {
  CADENZA_TRY(AbandonRun(*store_, number));
  return store_->Remove(TicketName(number));
}

Status TicketLock::CheckHeld() {
  CADENZA_ASSIGN(const std::optional<std::string> ticket, store_->Get(TicketName(number_)));
  CADENZA_ASSIGN(const bool over, HasManifest(*store_, number_));
  if (ticket && !over) return {};
  return MakeError(ErrorKind::kConflict,
                   "another run took this one for dead, because it was silent for too long; "
                   "run again: {}",
                   store_->root());
}

}  // namespace cadenza::lake
