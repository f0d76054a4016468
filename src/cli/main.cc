#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>
#include <optional>
#include <set>
#include <system_error>
#include <vector>

#include "base/nearest_name.h"
#include "base/version.h"
#include "cli/command.h"
#include "cli/message_text.h"
#include "cli/recommend_command.h"
#include "cli/serve_command.h"
#include "cli/stdout_export.h"
#include "cli/usage_text.h"
#include "engine/reason_text.h"
#include "storage/parallel.h"

namespace cadenza::cli {
namespace {

struct Entry {
  const char* name;
  const char* summary;
  std::unique_ptr<Command> (*make)();
};
constexpr Entry kCommands[] = {
    {"init", "write a commented cadenza.toml from what is in a folder", MakeInitCommand},
    {"run", "all jobs that the settings name, in order, with one summary", MakeRunCommand},
    {"etl", "read event logs and song files into a lake: the star schema", MakeEtlCommand},
    {"kpi", "engagement KPIs, trends and cohorts, into the lake's gold layer", MakeKpiCommand},
    {"churn", "who will cancel or downgrade, and why, into the lake's gold layer",
     MakeChurnCommand},
    {"recommend", "lists of songs for each listener, each with a reason, into the gold layer",
     MakeRecommendCommand},
    {"stream", "windows of events that arrive, with late ones corrected, into the gold layer",
     MakeStreamCommand},
    {"alerts", "spikes, drops and missing data in the live windows, with a budget of false alarms",
     MakeAlertsCommand},
    {"sql", "query the lake's tables, or raw files", MakeSqlCommand},
    {"serve", "the lake for people and programs, over HTTP", MakeServeCommand},
    {"share", "profiles for clients of Delta Sharing", MakeShareCommand},
    {"powerbi", "a Power BI project over the lake: model, measures, report", MakePowerBiCommand},
    {"tables", "list the lake's tables", MakeTablesCommand},
    {"describe", "the columns of a table and what they mean", MakeDescribeCommand},
    {"history", "the commits of a table", MakeHistoryCommand},
    {"models", "what each table is made of; models of your own", MakeModelsCommand},
    {"refresh", "compute the models of your own", MakeRefreshCommand},
    {"trace", "the raw line behind a row", MakeTraceCommand},
    {"simulate", "make event logs and song files of any size, with the truth beside them",
     MakeSimulateCommand},
    {"optimize", "bring small files together, or sort a table for its queries",
     MakeOptimizeCommand},
    {"vacuum", "delete files and log entries that nobody needs any more", MakeVacuumCommand},
    {"upgrade", "bring a lake of an earlier release to the form of this one", MakeUpgradeCommand},
    {"forget", "remove all that the lake holds of a listener", MakeForgetCommand},
    {"rectify", "correct what the lake says of a listener", MakeRectifyCommand},
    {"report", "the dashboard's tiles of a window as one HTML file, or by mail", MakeReportCommand},
    {"dictionary", "every table, column and audit, as Markdown", MakeDictionaryCommand},
    {"manual", "the manual page, for man", MakeManualCommand},
    {"completion", "completion of the command line, for a shell", MakeCompletionCommand},
};

constexpr const char* kFooter = R"help(Examples:
  cadenza etl --songs song_data --logs log_data --out lake
  cadenza sql --lake lake "select count(*) from songplays"
  cadenza help COMMAND

Every flag can also be set as CADENZA_<FLAG> in the environment, in a --config file, or in
./cadenza.toml; the flag wins.)help";

/// The command that the first word names, or nullptr.
const char* CommandNamed(const std::string& word) {
  for (const Entry& entry : kCommands) {
    if (word == entry.name) return entry.name;
  }
  return nullptr;
}

/// Says which commands there are when a word is none of them.
int NoSuchCommand(const std::string& word) {
  std::vector<std::string> names;
  for (const Entry& entry : kCommands) names.emplace_back(entry.name);
  if (const std::string nearest = NearestName(word, names); !nearest.empty()) {
    PrintError("cadenza: no such command: {}{}\nTry: cadenza {} --help\n", word,
               DidYouMean(nearest), nearest);
    return kExitUsage;
  }
  PrintError("cadenza: {}; there are {}. Run with --help for more.\n",
             word.empty() ? "a command is missing" : "no such command: " + word,
             fmt::join(names, ", "));
  return kExitUsage;
}

int OnWrongUsage(const CLI::ParseError& error, const CLI::App& app, int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  const char* command = CommandNamed(word);
  if (!command && !word.starts_with("-")) return NoSuchCommand(word);
  const std::string name = command ? std::string("cadenza ") + command : "cadenza";
  const CLI::App& asked = command ? *app.get_subcommand(command) : app;
  PrintError("{}: {}\nTry: {} --help\n", name, UsageText(error, asked), name);
  return kExitUsage;
}

/// `help`, `help COMMAND` and `version`, beside the flags; nothing: the words are others.
std::optional<int> Help(const CLI::App& app, int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  if (word != "help" && word != "version") return std::nullopt;
  const int words = word == "help" ? 3 : 2;
  if (argc > words) {
    PrintError("cadenza {}: not expected here: {}\n", word, argv[words]);
    return kExitUsage;
  }
  if (word == "version") {
    fmt::print("cadenza {}\n", kVersion);
    return kExitDone;
  }
  const std::string asked = argc == 3 ? argv[2] : "";
  if (!asked.empty() && !CommandNamed(asked)) return NoSuchCommand(asked);
  fmt::print("{}", asked.empty() ? app.help() : app.get_subcommand(asked)->help("cadenza"));
  return kExitDone;
}

int OnError(const CLI::App& app, const Error& error) {
  const std::string& command = app.get_name();
  const bool interrupted = error.kind == ErrorKind::kInterrupted;
  const std::set<std::string> committing = {"etl", "kpi", "churn", "recommend", "refresh"};
  const char* what =
      committing.contains(command) ? "interrupted; nothing was committed" : "interrupted";
  PrintError(
      "cadenza {}: {}\n", command,
      interrupted ? std::string(what) : engine::WithoutEngineWords(WithOrigin(error, app).message));
  return ExitCodeOf(error);
}

int Main(int argc, char** argv) {
  CLI::App app("The data platform of a music-streaming service.", "cadenza");
  app.set_version_flag("-v,--version", std::string("cadenza ") + kVersion);
  app.footer(kFooter);
  app.require_subcommand(1);
  std::vector<std::pair<CLI::App*, std::unique_ptr<Command>>> commands;
  for (const Entry& entry : kCommands) {
    CLI::App* sub = app.add_subcommand(entry.name, entry.summary);
    commands.emplace_back(sub, entry.make());
    commands.back().second->Declare(sub);
  }
  if (const auto helped = Help(app, argc, argv)) return *helped;
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {
    return app.exit(done);
  } catch (const CLI::ParseError& error) {
    return OnWrongUsage(error, app, argc, argv);
  }
  for (auto& [sub, command] : commands) {
    if (!sub->parsed()) continue;
    Result<int> code = command->Execute();
    if (code.ok()) {
      // The command is done, whether somebody reads of it or not.
      const Status flushed = FlushStdout();
      return flushed.ok() ? *code : OnError(*sub, flushed.error());
    }
    command->OnError(code.error());
    const int exit_code = OnError(*sub, code.error());
    for (auto& [other, listener] : commands) {
      if (other != sub) listener->OnFailureOf(*sub, code.error());
    }
    return exit_code;
  }
  return kExitUsage;
}

}  // namespace
}  // namespace cadenza::cli

int main(int argc, char** argv) {
  // More arenas than cores serve nobody: each keeps what its threads needed at most, and a stream
  // grows by that.
  ::mallopt(M_ARENA_MAX, static_cast<int>(cadenza::Cores()));
  try {
    return cadenza::cli::Main(argc, argv);
  } catch (const std::system_error& error) {  // fmt::print cannot write
    if (std::ferror(stdout)) {
      cadenza::cli::PrintError("cadenza: cannot write to standard output ({})\n",
                               error.code().message());
    } else {
      cadenza::cli::PrintError("cadenza: {}\n", error.what());
    }
  } catch (const std::bad_alloc&) {
    cadenza::cli::PrintError("cadenza: not enough memory\n");
  } catch (const std::exception& error) {
    cadenza::cli::PrintError("cadenza: a defect of the program, please report it: {}\n",
                             error.what());
  }
  return cadenza::cli::kExitFailed;
}
