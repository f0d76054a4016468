#include <algorithm>

#include "base/nearest_name.h"
#include "cli/maintenance_command.h"
#include "cli/message_text.h"
#include "cli/table_edits.h"
#include "ingest/rectifications.h"
#include "maintenance/rectify.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;

constexpr const char* kRectifyExamples = R"help(Examples:
  cadenza rectify --lake lake --user 39 --set last_name=Quill --dry-run
      how many rows of which tables say something else
  cadenza rectify --lake lake --user 39 --set first_name=Ana --set last_name=Quill
  cadenza rectify --lake lake --user 39 --set gender=
      without a value: the column becomes empty
  cadenza rectify --lake lake --user 39 --withdraw
      events that are read later say again what their source says

Corrected are first_name, last_name, gender and location in events, users and songplays. The table
rectifications keeps what holds, and later runs of etl apply it to the events that they read,
--full-refresh too. Earlier versions keep the former values until cadenza vacuum deletes them.
As they came stay events without a user id, what could not be read (quarantine, _rescued) and
windows of streams; the source files are yours.
Exit code: 0 done, 1 failed (nothing was committed), 2 wrong usage, 130 interrupted.)help";

class RectifyCommand : public MaintenanceCommand {
 public:
  void Declare(CLI::App* app) override {
    DeclareCare(app, kRectifyExamples);
    app->add_option("--user", options_.user, "user id of the listener, as in the table users")
        ->type_name("ID REQUIRED");
    DeclareList(app, "--set", &given_, "a column and what holds; repeat for several")
        ->type_name("COLUMN=VALUE");
    app->add_flag("--withdraw", options_.withdraw,
                  "take the listener's rectifications off: what is read later stays as it is");
  }

 protected:
  Status CheckUsage() override {
    if (options_.user.empty()) {
      return MakeError(ErrorKind::kUsage, "whose data is to be corrected? Give --user");
    }
    if (options_.withdraw != given_.empty()) {
      return MakeError(ErrorKind::kUsage, "give either --set COLUMN=VALUE or --withdraw");
    }
    for (const std::string& given : given_) CADENZA_TRY(Take(given));
    return {};
  }

  Status Work(lake::Lake* lake) override {
    Tell(&options_);
    CADENZA_ASSIGN(summary_, maintenance::Rectify(lake, options_));
    is_delta_ = lake->manifest().format == lake::TableFormat::kDelta;
    return {};
  }

  json Summary() const override {
    return {{"run", summary_.run},           {"values_listed", summary_.values_listed},
            {"variants", summary_.variants}, {"tables", TableEditsJson(summary_.tables)},
            {"history_gone", HistoryText()}, {"seconds", summary_.seconds}};
  }

  void Print() const override {
    if (options_.withdraw) {
      fmt::print("{} {} off the list of {}.\n", Counted(summary_.values_listed, "value"),
                 dry_run() ? "would be taken" : "taken", ShellWord(root()));
      return;
    }
    if (summary_.tables.empty()) {
      fmt::print("Nothing in {} says something else.\n", ShellWord(root()));
    } else {
      if (dry_run()) {
        fmt::print("Dry run, nothing was changed. This would be corrected:\n\n");
      } else {
        fmt::print("Run {} corrected this in {}, {:.1f} s\n\n", summary_.run, ShellWord(root()),
                   summary_.seconds);
      }
      PrintTableEdits(summary_.tables);
    }
    if (summary_.values_listed > 0) {
      fmt::print("{} {} on the list (ops.rectifications): later runs apply {}.\n",
                 Counted(summary_.values_listed, "value"), dry_run() ? "would be put" : "put",
                 summary_.values_listed == 1 ? "it" : "them");
    }
    if (summary_.variants > 0 && !summary_.tables.empty()) {
      fmt::print(
          "{} of the listener came in variants; which of them counts may be another now:\n"
          "cadenza etl --full-refresh settles it in the other tables.\n",
          Counted(summary_.variants, "event"));
    }
    if (!summary_.tables.empty()) fmt::print("History: {}\n", HistoryText());
  }

 private:
  Status Take(const std::string& given) {
    const auto columns = ingest::Rectifications::Columns();
    const size_t equals = given.find('=');
    const std::string column = given.substr(0, equals);
    const bool is_column = std::ranges::count(columns, column) > 0;
    if (equals == std::string::npos || !is_column) {
      return MakeError(ErrorKind::kUsage, "--set takes one of {} with =VALUE, not: {}{}",
                       fmt::join(columns, ", "), given,
                       DidYouMean(is_column ? "" : NearestName(column, columns)));
    }
    const std::string value = given.substr(equals + 1);
    const auto [entry, is_new] = options_.values.emplace(
        column, value.empty() ? std::nullopt : std::optional<std::string>(value));
    if (is_new) return {};
    return MakeError(ErrorKind::kUsage, "--set gives {} twice: {}", column, given);
  }

  std::string HistoryText() const {
    return HistoryAfterEdits(summary_.tables, "the former values", is_delta_);
  }

  maintenance::RectifyOptions options_;
  maintenance::RectifySummary summary_;
  std::vector<std::string> given_;
  bool is_delta_ = true;
};

}  // namespace

std::unique_ptr<Command> MakeRectifyCommand() { return std::make_unique<RectifyCommand>(); }

}  // namespace cadenza::cli
