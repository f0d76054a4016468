#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"
#include "cli/settings.h"
#include "engine/engine.h"

namespace cadenza::cli {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
/// Done; something that it found needs a look.
inline constexpr int kExitNeedsALook = 3;
inline constexpr int kExitInterrupted = 130;
/// Of a command that ends with the error.
int ExitCodeOf(const Error& error);

/// One subcommand: declares its flags on a CLI::App, then runs. Siblings look alike.
class Command {
 public:
  virtual ~Command() = default;
  virtual void Declare(CLI::App* app) = 0;
  /// The exit code, or an error that main prints.
  virtual Result<int> Execute() = 0;
  /// Lets a command print its own form of an error, e.g. as JSON.
  virtual void OnError(const Error&) {}
  /// Another command failed: `cadenza alerts` may tell somebody.
  virtual void OnFailureOf(const CLI::App& /*command*/, const Error&) {}
};

std::unique_ptr<Command> MakeInitCommand();
std::unique_ptr<Command> MakeRunCommand();
std::unique_ptr<Command> MakeShareCommand();
std::unique_ptr<Command> MakeEtlCommand();
std::unique_ptr<Command> MakeKpiCommand();
std::unique_ptr<Command> MakeChurnCommand();
std::unique_ptr<Command> MakeStreamCommand();
std::unique_ptr<Command> MakeAlertsCommand();
std::unique_ptr<Command> MakeSqlCommand();
std::unique_ptr<Command> MakePowerBiCommand();
std::unique_ptr<Command> MakeModelsCommand();
std::unique_ptr<Command> MakeRefreshCommand();
std::unique_ptr<Command> MakeTablesCommand();
std::unique_ptr<Command> MakeDescribeCommand();
std::unique_ptr<Command> MakeHistoryCommand();
std::unique_ptr<Command> MakeTraceCommand();
std::unique_ptr<Command> MakeOptimizeCommand();
std::unique_ptr<Command> MakeVacuumCommand();
std::unique_ptr<Command> MakeUpgradeCommand();
std::unique_ptr<Command> MakeForgetCommand();
std::unique_ptr<Command> MakeRectifyCommand();
std::unique_ptr<Command> MakeReportCommand();
std::unique_ptr<Command> MakeDictionaryCommand();
std::unique_ptr<Command> MakeSimulateCommand();
std::unique_ptr<Command> MakeManualCommand();
std::unique_ptr<Command> MakeCompletionCommand();

/// Fills options that were not given as flags from the environment and the settings files:
/// flags > CADENZA_* > --config (the later wins) > ./cadenza.toml > defaults.
Status ApplySettings(CLI::App* app, const std::vector<std::string>& config_files);
/// The same for a set of options that is no command of `program` itself.
Status ApplySettings(CLI::App* app, const std::vector<std::string>& config_files,
                     const CLI::App* program);

/// "700MB", "2GB", "65536" -> bytes.
Result<int64_t> ParseBytes(const std::string& text);
/// The same for --memory, which has a least.
Result<int64_t> ParseMemory(const std::string& text);

/// What --json prints of a command that failed. `subject`: what it worked on, e.g. {{"lake", …}}.
void PrintFailure(const Error& error, const nlohmann::json& subject = nlohmann::json::object());

/// Options that several commands have, each with one form and one help.
void DeclareThreads(CLI::App* app, int* threads);
void DeclareMemory(CLI::App* app, std::string* memory);
/// May be repeated, with one value each time, so that what stands behind it is left alone.
CLI::Option* DeclareList(CLI::App* app, const std::string& flag, std::vector<std::string>* values,
                         const std::string& help);

/// Runs an engine under Ctrl-C: it interrupts what runs, which ends with kInterrupted, leaving
/// nothing half-written. Without an engine (nullptr) the command itself looks at Pending().
class InterruptGuard {
 public:
  explicit InterruptGuard(engine::Engine* engine);
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  static bool interrupted();
  /// Takes the interrupts until now as dealt with; true when there was one.
  static bool Reset();
  /// True when there was an interrupt that nobody dealt with yet.
  static bool Pending();

 private:
  struct Watcher;
  std::unique_ptr<Watcher> watcher_;
};

}  // namespace cadenza::cli
