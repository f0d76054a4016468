#include <cstdio>
#include <vector>

#include "base/version.h"
#include "cli/command.h"

namespace cadenza::cli {
namespace {

struct Entry {
  const char* name;
  const char* summary;
  std::unique_ptr<Command> (*make)();
};
constexpr Entry kCommands[] = {
    {"etl", "read event logs and song files into a lake: the star schema", MakeEtlCommand},
    {"sql", "query the lake's tables, or raw files", MakeSqlCommand},
    {"tables", "list the lake's tables", MakeTablesCommand},
    {"describe", "the columns of a table and what they mean", MakeDescribeCommand},
    {"history", "the commits of a table", MakeHistoryCommand},
    {"trace", "the raw line behind a row", MakeTraceCommand},
};

constexpr const char* kFooter = R"help(Examples:
  cadenza etl --songs song_data --logs log_data --out lake
  cadenza sql --lake lake "select count(*) from songplays"
  cadenza COMMAND --help

Every flag can also be set as CADENZA_<FLAG> in the environment, in a --config file, or in
./cadenza.toml; the flag wins.)help";

/// Says which commands there are when the first word is none of them.
bool NamesACommand(int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  if (word.starts_with("-")) return true;
  std::string names;
  for (const Entry& entry : kCommands) {
    if (word == entry.name) return true;
    names += (names.empty() ? "" : ", ") + std::string(entry.name);
  }
  fmt::print(stderr, "cadenza: {}; there are {}. Run with --help for more.\n",
             word.empty() ? "a command is missing" : "no such command: " + word, names);
  return false;
}

int ExitCodeOf(const Error& error) {
  if (error.kind == ErrorKind::kUsage) return kExitUsage;
  return kExitFailed;
}

int Main(int argc, char** argv) {
  CLI::App app("The data platform of a music-streaming service.", "cadenza");
  app.set_version_flag("--version", std::string("cadenza ") + kVersion);
  app.footer(kFooter);
  app.require_subcommand(1);
  std::vector<std::pair<CLI::App*, std::unique_ptr<Command>>> commands;
  for (const Entry& entry : kCommands) {
    CLI::App* sub = app.add_subcommand(entry.name, entry.summary);
    commands.emplace_back(sub, entry.make());
    commands.back().second->Declare(sub);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {
    return app.exit(done);
  } catch (const CLI::ParseError& error) {
    if (!NamesACommand(argc, argv)) return kExitUsage;
    app.exit(error);
    return kExitUsage;
  }
  for (auto& [sub, command] : commands) {
    if (!sub->parsed()) continue;
    Result<int> code = command->Execute();
    if (code.ok()) return *code;
    const bool interrupted =
        code.error().kind == ErrorKind::kInterrupted || InterruptGuard::interrupted();
    fmt::print(stderr, "cadenza {}: {}\n", sub->get_name(),
               interrupted ? "interrupted; nothing was committed" : code.error().message);
    command->OnError(code.error());
    return ExitCodeOf(code.error());
  }
  return kExitUsage;
}

}  // namespace
}  // namespace cadenza::cli

int main(int argc, char** argv) { return cadenza::cli::Main(argc, argv); }
