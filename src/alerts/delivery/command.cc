#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "alerts/delivery/channel.h"
#include "base/clock.h"

extern char** environ;

namespace cadenza::alerts {
namespace {

constexpr auto kPollEvery = std::chrono::milliseconds(10);

/// The first word, where it is no variable with a value that may be secret.
std::string ProgramOf(const std::string& command) {
  std::string word = command.substr(0, command.find_first_of(" \t\r\n;|&"));
  return word.find('=') == std::string::npos ? word : "sh";
}

/// Runs a shell command in a process group of its own, so that its children end with it.
class ShellCommand final : public Channel {
 public:
  ShellCommand(std::string command, int64_t time_limit_ms)
      : command_(std::move(command)),
        name_(fmt::format("command {} #{}", ProgramOf(command_), Fingerprint(command_))),
        time_limit_ms_(time_limit_ms) {}

  const std::string& name() const override { return name_; }

  SendResult Send(const Notice& notice) override {
    const int64_t until_ms = NowMs() + time_limit_ms_;
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return {false, true, std::strerror(errno)};
    pid_t child = 0;
    const int started = Start(ends[0], &child);
    ::close(ends[0]);
    if (started != 0) {
      ::close(ends[1]);
      return {false, true, std::strerror(started)};
    }
    Feed(ends[1], notice.json + "\n", until_ms);
    ::close(ends[1]);
    return WaitFor(child, until_ms);
  }

 private:
  int Start(int input, pid_t* child) const {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    // Standard output may carry a summary as JSON.
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGINT);
    sigaddset(&defaults, SIGTERM);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setpgroup(&attributes, 0);
    std::string shell = "/bin/sh", flag = "-c", text = command_;
    char* arguments[] = {shell.data(), flag.data(), text.data(), nullptr};
    const int error =
        ::posix_spawn(child, shell.c_str(), &actions, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
  }

  /// A command that does not read its input is none the worse for it.
  static void Feed(int output, const std::string& text, int64_t until_ms) {
    struct sigaction ignore = {}, before = {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, &before);
    ::fcntl(output, F_SETFL, O_NONBLOCK);
    size_t at = 0;
    while (at < text.size() && NowMs() < until_ms) {
      const ssize_t written = ::write(output, text.data() + at, text.size() - at);
      if (written > 0) at += static_cast<size_t>(written);
      if (written >= 0 || errno == EINTR) continue;
      if (errno != EAGAIN) break;
      pollfd ready{output, POLLOUT, 0};
      ::poll(&ready, 1, 10);
    }
    ::sigaction(SIGPIPE, &before, nullptr);
  }

  SendResult WaitFor(pid_t child, int64_t until_ms) const {
    int status = 0;
    while (::waitpid(child, &status, WNOHANG) == 0) {
      if (NowMs() < until_ms) {
        std::this_thread::sleep_for(kPollEvery);
        continue;
      }
      ::kill(-child, SIGKILL);
      ::waitpid(child, &status, 0);
      return {false, true, fmt::format("took longer than {} s", time_limit_ms_ / 1000)};
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {true, false, ""};
    if (WIFEXITED(status)) return {false, true, fmt::format("exit code {}", WEXITSTATUS(status))};
    return {false, true, fmt::format("ended by signal {}", WTERMSIG(status))};
  }

  std::string command_, name_;
  int64_t time_limit_ms_;
};

}  // namespace

std::unique_ptr<Channel> OpenCommand(const std::string& command, int64_t time_limit_ms) {
  return std::make_unique<ShellCommand>(command, time_limit_ms);
}

}  // namespace cadenza::alerts
