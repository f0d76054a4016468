#include <algorithm>
#include <fstream>

#include "cli/maintenance_command.h"
#include "cli/message_text.h"
#include "cli/table_edits.h"
#include "cli/text_checks.h"
#include "maintenance/forget.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;

constexpr const char* kForgetExamples = R"help(Examples:
  cadenza forget --lake lake --user 39 --dry-run
      what the lake holds of listener 39, table by table
  cadenza forget --lake lake --user 39
  cadenza forget --lake lake --users-from requests.txt --json
      many at once, one user id a line: tables are rewritten once for all of them
  cadenza vacuum --lake lake
      a week later: deletes the earlier versions, which hold the listener until then
  cadenza forget --lake lake --user 39 --readmit
      lets later runs take the listener's events in again

Removed are the rows of every table that has the listener, quarantined lines that tell of the
listener (by user id; where a line has none that can be read, by name or time of registration), and
findings of audits that name the listener. Windows of streams keep their sessions, but for those that
are grouped by user ids, which go with what alerts say of them. The table forgotten keeps salted hashes, by which later
runs of etl leave the listener out, --full-refresh too. The source files are yours to clean; the
summary names those that hold the listener.
Exit code: 0 done, 1 failed (nothing was committed), 2 wrong usage, 130 interrupted.)help";

constexpr size_t kFilesShown = 3;

class ForgetCommand : public MaintenanceCommand {
 public:
  void Declare(CLI::App* app) override {
    DeclareCare(app, kForgetExamples);
    DeclareList(app, "--user", &options_.users, "user id of a listener, as in the table users")
        ->type_name("ID");
    app->add_option("--users-from", users_from_, "a file with one user id a line")
        ->type_name("FILE");
    DeclareList(app, "--id-field", &options_.id_fields,
                "one more field under which quarantined lines and windows of streams have user ids")
        ->check(NotEmpty())
        ->type_name("NAME");
    app->add_flag(
        "--even-if-unknown", options_.even_if_unknown,
        "put listeners on the list of whom the lake holds nothing; else this is an error");
    app->add_flag("--readmit", options_.readmit,
                  "take the listeners off the list: later runs take their events in again");
  }

 protected:
  Status CheckUsage() override {
    if (!users_from_.empty()) CADENZA_TRY(ReadUsers());
    if (options_.users.empty()) {
      return MakeError(ErrorKind::kUsage, "who is to be forgotten? Give --user or --users-from");
    }
    if (std::ranges::count(options_.users, "") == 0) return {};
    return MakeError(ErrorKind::kUsage, "a user id is empty; events without one are nobody's");
  }

  Status Work(lake::Lake* lake) override {
    Tell(&options_);
    CADENZA_ASSIGN(summary_, maintenance::Forget(lake, options_));
    is_delta_ = lake->manifest().format == lake::TableFormat::kDelta;
    return {};
  }

  json Summary() const override {
    return {{"run", summary_.run},
            {"listeners_found", summary_.listeners_found},
            {"listeners_listed", summary_.listeners_listed},
            {"tables", TableEditsJson(summary_.tables)},
            {"source_files", summary_.source_files},
            {"variants_left", summary_.variants_left},
            {"history_gone", HistoryText()},
            {"seconds", summary_.seconds}};
  }

  void Print() const override {
    if (options_.readmit) {
      fmt::print("{} {} off the list of {}.\n", Counted(summary_.listeners_listed, "listener"),
                 dry_run() ? "would be taken" : "taken", ShellWord(root()));
      return;
    }
    if (summary_.tables.empty()) {
      fmt::print("Nothing in {} tells of them.\n", ShellWord(root()));
    } else {
      PrintTables();
    }
    if (summary_.listeners_listed > 0) {
      fmt::print("{} {} on the list (ops.forgotten): later runs leave them out.\n",
                 Counted(summary_.listeners_listed, "listener"),
                 dry_run() ? "would be put" : "put");
    }
    if (summary_.variants_left > 0) {
      fmt::print(
          "{} of visitors had variants that {}: cadenza etl --full-refresh settles\n"
          "their marks as conflicts and their plays.\n",
          Counted(summary_.variants_left, "event"), dry_run() ? "would go" : "went");
    }
    PrintSources();
    if (!summary_.tables.empty()) fmt::print("History: {}\n", HistoryText());
  }

 private:
  void PrintTables() const {
    if (dry_run()) {
      fmt::print("Dry run, nothing was changed. This would be removed:\n\n");
    } else {
      fmt::print("Run {} removed this from {}, {:.1f} s\n\n", summary_.run, ShellWord(root()),
                 summary_.seconds);
    }
    PrintTableEdits(summary_.tables);
  }

  void PrintSources() const {
    const size_t count = summary_.source_files.size();
    if (count == 0) return;
    std::string names;
    for (size_t f = 0; f < std::min(count, kFilesShown); ++f) {
      names += (f == 0 ? "" : ", ") + ShellWord(summary_.source_files[f]);
    }
    fmt::print("Outside of the lake, {} {} their events: {}{}\n",
               Counted(static_cast<int64_t>(count), "source file"), count == 1 ? "holds" : "hold",
               names, count > kFilesShown ? ", … (--json names all)" : "");
  }

  std::string HistoryText() const {
    return HistoryAfterEdits(summary_.tables, "the rows", is_delta_);
  }

  Status ReadUsers() {
    std::ifstream file(users_from_);
    if (!file) return MakeError(ErrorKind::kUsage, "cannot read --users-from: {}", users_from_);
    int64_t number = 0;
    for (std::string line; std::getline(file, line);) {
      ++number;
      if (line.find('\0') != std::string::npos) {
        return MakeError(ErrorKind::kUsage, "{}, line {}: a user id has no NUL byte", users_from_,
                         number);
      }
      if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
      const size_t begin = line.find_first_not_of(" \t\r");
      if (begin == std::string::npos) continue;
      options_.users.push_back(line.substr(begin, line.find_last_not_of(" \t\r") + 1 - begin));
    }
    return {};
  }

  maintenance::ForgetOptions options_;
  maintenance::ForgetSummary summary_;
  std::string users_from_;
  bool is_delta_ = true;
};

}  // namespace

std::unique_ptr<Command> MakeForgetCommand() { return std::make_unique<ForgetCommand>(); }

}  // namespace cadenza::cli
