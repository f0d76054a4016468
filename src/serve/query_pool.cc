#include "serve/query_pool.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "serve/frame.h"

extern char** environ;

namespace cadenza::serve {
namespace {

constexpr int kFirstSocket = 3;
constexpr std::chrono::milliseconds kLook(100);

/// The program's arguments, as it was started.
std::vector<std::string> OwnArguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> arguments;
  for (std::string each; std::getline(file, each, '\0');) arguments.push_back(each);
  return arguments;
}

std::vector<char*> Pointers(std::vector<std::string>* texts) {
  std::vector<char*> pointers;
  for (std::string& text : *texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

enum class PlaceState { kFree, kBusy, kLeft, kDead };

/// A socket to a process, over which one query runs at a time. Its state belongs to the pool's
/// lock.
struct RunningQuery::Place {
  Place(QueryPool* of, int connected) : pool(of), socket(connected) {}
  ~Place() { ::close(socket); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  QueryPool* pool;
  int socket;
  PlaceState state = PlaceState::kFree;
};

struct QueryPool::Process {
  pid_t id = -1;
  Stopwatch age;
  std::string spill_folder;
  std::vector<std::shared_ptr<RunningQuery::Place>> places;
};

RunningQuery::~RunningQuery() {
  if (is_over_) return;
  // The rest of the answer is thrown away by the pool's thread.
  const Status told = WriteFrame(place_->socket, Frame::kStop, "");
  place_->pool->Leave(*place_, told.ok());
}

Error RunningQuery::Failure(const std::string& json) {
  const nlohmann::json failure = nlohmann::json::parse(json, nullptr, false);
  if (!failure.is_object())
    return MakeError(ErrorKind::kInternal, "no answer of a query: {}", json);
  if (failure["position"].is_number()) position_ = failure["position"].get<int64_t>();
  return Error{
      static_cast<ErrorKind>(failure.value("kind", static_cast<int>(ErrorKind::kInternal))),
      failure.value("message", "")};
}

Result<std::string> RunningQuery::Next() {
  if (is_over_) return std::string();
  Result<Frame> frame = ReadFrame(place_->socket);
  if (!frame.ok()) {
    is_over_ = true;
    place_->pool->Bury(*place_);
    return MakeError(
        ErrorKind::kInterrupted,
        "the process that ran the query has ended (memory or time ran out); ask again");
  }
  if (frame->type == Frame::kPiece) return std::move(frame->bytes);
  if (frame->type == Frame::kBegin) return Next();
  is_over_ = true;
  place_->pool->Free(*place_);
  if (frame->type == Frame::kFailure) return Failure(frame->bytes);
  rows_ = nlohmann::json::parse(frame->bytes).value("rows", int64_t{0});
  return std::string();
}

Result<std::unique_ptr<QueryPool>> QueryPool::Start(QueryPoolOptions options) {
  std::unique_ptr<QueryPool> pool(new QueryPool(std::move(options)));
  for (int n = 0; n < pool->options_.processes; ++n) {
    CADENZA_ASSIGN(std::shared_ptr<Process> process, pool->StartProcess());
    pool->processes_.push_back(std::move(process));
  }
  pool->thread_ = std::thread([made = pool.get()] { made->Loop(); });
  return pool;
}

QueryPool::~QueryPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  for (const auto& process : processes_) {
    ::kill(process->id, SIGKILL);
    ::waitpid(process->id, nullptr, 0);
  }
  std::error_code ignored;
  std::filesystem::remove_all(options_.spill_folder, ignored);
}

Result<std::shared_ptr<QueryPool::Process>> QueryPool::StartProcess() {
  auto process = std::make_shared<Process>();
  process->spill_folder = fmt::format("{}/{}", options_.spill_folder, ++made_);
  std::filesystem::create_directories(process->spill_folder);
  ::chmod(process->spill_folder.c_str(), 0700);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  std::vector<int> theirs;
  for (int n = 0; n < options_.at_once; ++n) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) break;
    process->places.push_back(std::make_shared<RunningQuery::Place>(this, ends[0]));
    // Above all descriptors that the process is to have, so that none is overwritten.
    theirs.push_back(::fcntl(ends[1], F_DUPFD_CLOEXEC, kFirstSocket + options_.at_once));
    ::close(ends[1]);
    posix_spawn_file_actions_adddup2(&actions, theirs.back(), kFirstSocket + n);
  }
  std::vector<std::string> arguments = OwnArguments();
  std::vector<std::string> variables;
  for (char** each = environ; *each; ++each) variables.emplace_back(*each);
  variables.push_back(fmt::format("{}={}:{}:{}", kQueryProcessVariable, kFirstSocket,
                                  process->places.size(), process->spill_folder));
  const int failed = ::posix_spawn(&process->id, "/proc/self/exe", &actions, nullptr,
                                   Pointers(&arguments).data(), Pointers(&variables).data());
  posix_spawn_file_actions_destroy(&actions);
  for (const int end : theirs) ::close(end);
  if (failed == 0) return process;
  return MakeError(ErrorKind::kIo, "cannot start a process for queries: {}", std::strerror(failed));
}

std::shared_ptr<RunningQuery::Place> QueryPool::FreePlace() {
  // The process with the most free places, so that a query seldom shares one.
  std::shared_ptr<RunningQuery::Place> best;
  std::ptrdiff_t most = 0;
  for (const auto& process : processes_) {
    std::ptrdiff_t free = 0;
    std::shared_ptr<RunningQuery::Place> found;
    for (const auto& place : process->places) {
      if (place->state != PlaceState::kFree) continue;
      found = place;
      ++free;
    }
    if (free > most) best = found;
    most = std::max(most, free);
  }
  return best;
}

Result<std::shared_ptr<RunningQuery::Place>> QueryPool::TakePlace() {
  std::unique_lock lock(mutex_);
  if (waiting_ >= options_.waiting_max) {
    return MakeError(ErrorKind::kConflict, "too many queries are waiting");
  }
  ++waiting_;
  std::shared_ptr<RunningQuery::Place> place;
  freed_.wait_for(lock, std::chrono::duration<double>(options_.wait_seconds),
                  [&] { return stopping_ || (place = FreePlace()); });
  --waiting_;
  if (!place) return MakeError(ErrorKind::kConflict, "too many queries are running");
  place->state = PlaceState::kBusy;
  return place;
}

Result<std::unique_ptr<RunningQuery>> QueryPool::Begin(const std::string& question,
                                                       std::optional<int64_t>* position) {
  CADENZA_ASSIGN(auto place, TakePlace());
  std::unique_ptr<RunningQuery> query(new RunningQuery(std::move(place)));
  const Status asked = WriteFrame(query->place_->socket, Frame::kQuestion, question);
  const Result<Frame> first = asked.ok() ? ReadFrame(query->place_->socket) : asked.error();
  if (first.ok() && first->type == Frame::kBegin) return query;
  query->is_over_ = true;
  if (first.ok() && first->type == Frame::kFailure) {
    Free(*query->place_);
    const Error error = query->Failure(first->bytes);
    *position = query->position();
    return error;
  }
  Bury(*query->place_);
  return MakeError(ErrorKind::kInterrupted, "the process of the query has ended; ask again");
}

void QueryPool::SetState(RunningQuery::Place* place, PlaceState state) {
  {
    const std::lock_guard lock(mutex_);
    place->state = state;
  }
  freed_.notify_one();
  wake_.notify_all();
}

void QueryPool::Free(RunningQuery::Place& place) { SetState(&place, PlaceState::kFree); }
void QueryPool::Bury(RunningQuery::Place& place) { SetState(&place, PlaceState::kDead); }
void QueryPool::Leave(RunningQuery::Place& place, bool is_alive) {
  SetState(&place, is_alive ? PlaceState::kLeft : PlaceState::kDead);
}

std::vector<int> QueryPool::process_ids() const {
  const std::lock_guard lock(mutex_);
  std::vector<int> ids;
  for (const auto& process : processes_) ids.push_back(process->id);
  return ids;
}

void QueryPool::Loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, kLook);
    if (stopping_) return;
    lock.unlock();
    DrainTheLeft();
    ReplaceTheDead();
    lock.lock();
  }
}

void QueryPool::DrainTheLeft() {
  std::vector<std::shared_ptr<RunningQuery::Place>> left;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& process : processes_) {
      for (const auto& place : process->places) {
        if (place->state == PlaceState::kLeft) left.push_back(place);
      }
    }
  }
  for (const auto& place : left) {
    pollfd readable{place->socket, POLLIN, 0};
    while (::poll(&readable, 1, 0) == 1) {
      const Result<Frame> frame = ReadFrame(place->socket);
      const bool is_over =
          frame.ok() && (frame->type == Frame::kEnd || frame->type == Frame::kFailure);
      if (!frame.ok()) Bury(*place);
      if (is_over) Free(*place);
      if (is_over || !frame.ok()) break;
    }
  }
}

void QueryPool::ReplaceTheDead() {
  std::vector<std::shared_ptr<Process>> processes;
  {
    const std::lock_guard lock(mutex_);
    processes = processes_;
  }
  for (const auto& process : processes) {
    // One that cannot even start is not tried more than twice a second.
    if (process->age.seconds() < 0.5 || ::waitpid(process->id, nullptr, WNOHANG) == 0) continue;
    Result<std::shared_ptr<Process>> next = StartProcess();
    if (!next.ok()) continue;  // tried again at the next look
    std::error_code ignored;
    std::filesystem::remove_all(process->spill_folder, ignored);
    {
      const std::lock_guard lock(mutex_);
      std::ranges::replace(processes_, process, *next);
    }
    freed_.notify_all();
  }
}

}  // namespace cadenza::serve
