#include "cli/command.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

#include "cli/message_text.h"
#include "cli/number_checks.h"
#include "cli/usage_text.h"
#include "engine/reason_text.h"
#include "storage/source_name.h"

namespace cadenza::cli {
namespace {

std::atomic<bool> g_interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "set by a signal handler");

void OnSignal(int) { g_interrupted = true; }

/// One for each long form of a flag, the last first: etl's --lake is --out too, and who sets `out`
/// for etl alone means it, whatever `lake` is for all commands.
std::vector<std::string> SettingNamesOf(const CLI::Option& option) {
  std::vector<std::string> names(option.get_lnames().rbegin(), option.get_lnames().rend());
  for (std::string& name : names) std::ranges::replace(name, '-', '_');
  return names;
}

/// --help and --config are flags only.
std::set<std::string> NamesOf(const CLI::App& app) {
  std::set<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (std::string& name : SettingNamesOf(*option)) names.insert(std::move(name));
  }
  for (const char* flag_only : {"", "help", "config"}) names.erase(flag_only);
  return names;
}

SettingNames AllNames(const CLI::App& own, const CLI::App* program) {
  SettingNames names;
  names.own = NamesOf(own);
  if (!program) return names;
  for (const CLI::App* app : program->get_subcommands([](const CLI::App*) { return true; })) {
    names.commands.insert(app->get_name());
    names.others.merge(NamesOf(*app));
  }
  return names;
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
      if (g_interrupted && engine) engine->Interrupt();
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

bool InterruptGuard::Pending() { return g_interrupted; }

bool InterruptGuard::interrupted() { return g_interrupted; }
int ExitCodeOf(const Error& error) {
  if (error.kind == ErrorKind::kInterrupted) return kExitInterrupted;
  return error.kind == ErrorKind::kUsage ? kExitUsage : kExitFailed;
}

bool InterruptGuard::Reset() { return g_interrupted.exchange(false); }

Status ApplySettings(CLI::App* app, const std::vector<std::string>& config_files) {
  return ApplySettings(app, config_files, app->get_parent());
}

Status ApplySettings(CLI::App* app, const std::vector<std::string>& config_files,
                     const CLI::App* program) {
  Settings settings;
  std::error_code ignored;
  if (std::filesystem::exists("cadenza.toml", ignored)) {
    CADENZA_TRY(settings.LoadFile("cadenza.toml", app->get_name()));
  }
  for (const std::string& path : config_files) {
    CADENZA_TRY(settings.LoadFile(path, app->get_name()));
  }
  const SettingNames names = AllNames(*app, program);
  CADENZA_TRY(settings.CheckNames(names));
  for (CLI::Option* option : app->get_options()) {
    for (const std::string& name : SettingNamesOf(*option)) {
      if (!names.own.contains(name) || option->count() > 0) continue;
      const auto values = settings.Find(name);
      if (!values || values->empty()) continue;
      try {
        for (const std::string& value : *values) option->add_result(value);
        option->run_callback();
      } catch (const CLI::Error& error) {
        return MakeError(ErrorKind::kUsage, "{}: {}", settings.OriginOf(name),
                         UsageText(error, *app));
      }
      NoteOrigin(*option, settings.NameOf(name));
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
  constexpr int64_t kMax = int64_t{1} << 50;
  if (error != std::errc() || factor == 0 || number < 1 || number > kMax / factor) {
    return MakeError(ErrorKind::kUsage, "not a size such as 700MB or 2GB: {}", text);
  }
  return number * factor;
}

Result<int64_t> ParseMemory(const std::string& text) {
  constexpr int64_t kLeast = int64_t{64} << 20;
  CADENZA_ASSIGN(const int64_t bytes, ParseBytes(text));
  if (bytes >= kLeast) return bytes;
  return MakeError(ErrorKind::kUsage, "--memory has to be 64MB or more, not: {}", text);
}

void PrintFailure(const Error& error, const nlohmann::json& subject) {
  nlohmann::json object = subject;
  object["status"] = "failed";
  object["error"] = engine::WithoutEngineWords(error.message);
  PrintJson(object);
}

void DeclareThreads(CLI::App* app, int* threads) {
  app->add_option("--threads", *threads, "threads that decode and compute; 0 = one a core")
      ->check(
          NumberCheck("from 0 to 1024", [](double value) { return value >= 0 && value <= 1024; }))
      ->type_name("N")
      ->capture_default_str();
}

void DeclareMemory(CLI::App* app, std::string* memory) {
  app->add_option("--memory", *memory,
                  "memory of the engine, with KB, MB or GB, from 64MB; what does not fit spills to "
                  "disk")
      ->type_name("SIZE")
      ->capture_default_str();
}

CLI::Option* DeclareList(CLI::App* app, const std::string& flag, std::vector<std::string>* values,
                         const std::string& help) {
  return app->add_option(flag, *values, help + " (repeatable)")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false)
      ->transform([](const std::string& value) { return PlainAddress(value); });
}

}  // namespace cadenza::cli
