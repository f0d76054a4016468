#include "cli/command.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <mutex>
#include <thread>

namespace cadenza::cli {
namespace {

std::atomic<bool> g_interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "set by a signal handler");

void OnSignal(int) { g_interrupted = true; }

std::string SettingName(const CLI::Option& option) {
  if (option.get_lnames().empty()) return "";
  std::string name = option.get_lnames().front();
  std::ranges::replace(name, '-', '_');
  return name;
}

}  // namespace

struct InterruptGuard::Watcher {
  std::mutex mutex;
  std::condition_variable wake;
  bool stopping = false;
  std::thread thread;
};

InterruptGuard::InterruptGuard(engine::Engine* engine) : watcher_(std::make_unique<Watcher>()) {
  std::signal(SIGINT, OnSignal);
  std::signal(SIGTERM, OnSignal);
  // The engine takes an interrupt only while a query runs: it is repeated until the command ends.
  watcher_->thread = std::thread([engine, watcher = watcher_.get()] {
    std::unique_lock lock(watcher->mutex);
    while (!watcher->stopping) {
      watcher->wake.wait_for(lock, std::chrono::milliseconds(20));
      if (g_interrupted) engine->Interrupt();
    }
  });
}

InterruptGuard::~InterruptGuard() {
  {
    const std::scoped_lock lock(watcher_->mutex);
    watcher_->stopping = true;
  }
  watcher_->wake.notify_all();
  watcher_->thread.join();
}

bool InterruptGuard::interrupted() { return g_interrupted; }

Status ApplySettings(CLI::App* app, const std::vector<std::string>& config_files) {
  Settings settings;
  std::error_code ignored;
  if (std::filesystem::exists("cadenza.toml", ignored)) {
    CADENZA_TRY(settings.LoadFile("cadenza.toml", app->get_name()));
  }
  for (const std::string& path : config_files) {
    CADENZA_TRY(settings.LoadFile(path, app->get_name()));
  }
  for (CLI::Option* option : app->get_options()) {
    const std::string name = SettingName(*option);
    if (name.empty() || name == "help" || name == "config" || option->count() > 0) continue;
    const auto values = settings.Find(name);
    if (!values) continue;
    try {
      for (const std::string& value : *values) option->add_result(value);
      option->run_callback();
    } catch (const CLI::Error& error) {
      return MakeError(ErrorKind::kUsage, "setting {}: {}", name, error.what());
    }
  }
  return {};
}

Result<int64_t> ParseBytes(const std::string& text) {
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const std::string unit(rest, end);
  int64_t factor = 0;
  if (unit.empty() || unit == "B") factor = 1;
  if (unit == "KB" || unit == "K") factor = int64_t{1} << 10;
  if (unit == "MB" || unit == "M") factor = int64_t{1} << 20;
  if (unit == "GB" || unit == "G") factor = int64_t{1} << 30;
  if (error != std::errc() || factor == 0 || number < 1) {
    return MakeError(ErrorKind::kUsage, "not a size such as 700MB or 2GB: {}", text);
  }
  return number * factor;
}

}  // namespace cadenza::cli
