#include "cli/job_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

extern char** environ;

namespace cadenza::cli {
namespace {

std::atomic<pid_t> g_child{0};
static_assert(std::atomic<pid_t>::is_always_lock_free, "read by a signal handler");

void PassOn(int signal) {
  const pid_t child = g_child;
  if (child > 0) ::kill(child, signal);
}

/// Signals go to the job for as long as it lives.
class SignalsForJob {
 public:
  SignalsForJob() {
    struct sigaction action = {};
    action.sa_handler = PassOn;
    ::sigaction(SIGINT, &action, &interrupt_before_);
    ::sigaction(SIGTERM, &action, &terminate_before_);
  }
  ~SignalsForJob() {
    g_child = 0;
    ::sigaction(SIGINT, &interrupt_before_, nullptr);
    ::sigaction(SIGTERM, &terminate_before_, nullptr);
  }
  SignalsForJob(const SignalsForJob&) = delete;
  SignalsForJob& operator=(const SignalsForJob&) = delete;

 private:
  struct sigaction interrupt_before_ = {}, terminate_before_ = {};
};

std::string ReadAll(int from) {
  std::string text;
  char buffer[1 << 14];
  while (true) {
    const ssize_t got = ::read(from, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(buffer, static_cast<size_t>(got));
  }
}

Result<pid_t> Spawn(const std::vector<std::string>& arguments, int output) {
  std::vector<std::string> words = {"cadenza"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  pid_t child = 0;
  const int error =
      ::posix_spawn(&child, "/proc/self/exe", &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return MakeError(ErrorKind::kIo, "cannot start cadenza {}: {}", arguments.front(),
                     std::strerror(error));
  }
  return child;
}

}  // namespace

Result<JobOutcome> RunJobProcess(const std::vector<std::string>& arguments) {
  const auto started = std::chrono::steady_clock::now();
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return MakeError(ErrorKind::kIo, "no pipe: {}", std::strerror(errno));
  }
  const SignalsForJob signals;
  const Result<pid_t> child = Spawn(arguments, ends[1]);
  ::close(ends[1]);
  if (!child.ok()) {
    ::close(ends[0]);
    return child.error();
  }
  g_child = *child;
  JobOutcome outcome;
  outcome.output = ReadAll(ends[0]);
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(*child, &status, 0) < 0 && errno == EINTR) {
  }
  outcome.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  outcome.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  return outcome;
}

}  // namespace cadenza::cli
