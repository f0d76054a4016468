#include <charconv>

#include "cli/maintenance_command.h"
#include "cli/message_text.h"
#include "maintenance/vacuum.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;

constexpr const char* kVacuumExamples = R"help(Examples:
  cadenza vacuum --lake lake --dry-run
      what could go: files that left their table more than a week ago
  cadenza vacuum --lake lake
  cadenza vacuum --lake lake --retain 30d
      keeps every version readable that was the newest within the last 30 days
  cadenza vacuum --lake lake --retain 0h --allow-short-retention
      deletes all that is not live. Nobody may be reading or writing the lake meanwhile

What goes: data files that no version within --retain holds; entries of the Delta logs older than
delta.logRetentionDuration (30 days) that stand before a checkpoint; records of runs as old. The
live tables are never touched. Time travel to what is gone ends with an error that says so.
Exit code: 0 done, 1 failed (run it again, it goes on), 2 wrong usage, 130 interrupted.)help";

/// "168h", "7d" or "0" -> ms.
Result<int64_t> ParseRetention(const std::string& text) {
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const std::string unit(rest, end);
  int64_t factor = 0;
  if (unit == "h") factor = maintenance::kHourMs;
  if (unit == "d") factor = 24 * maintenance::kHourMs;
  constexpr int64_t kMax = 100'000;
  if (error != std::errc() || factor == 0 || number < 0 || number > kMax) {
    return MakeError(ErrorKind::kUsage, "--retain takes hours or days such as 168h or 7d, not: {}",
                     text);
  }
  return number * factor;
}

class VacuumCommand : public MaintenanceCommand {
 public:
  void Declare(CLI::App* app) override {
    DeclareCare(app, kVacuumExamples);
    app->add_option("--retain", retain_,
                    "what was readable within this time stays: hours or days, e.g. 168h or 30d")
        ->type_name("TIME")
        ->capture_default_str();
    app->add_flag(
        "--allow-short-retention", options_.allow_short_retention,
        "take a --retain under 168h, which can pull files from under readers and writers");
  }

 protected:
  Status CheckUsage() override {
    CADENZA_ASSIGN(options_.retention_ms, ParseRetention(retain_));
    return {};
  }

  Status Work(lake::Lake* lake) override {
    Tell(&options_);
    CADENZA_ASSIGN(summary_, maintenance::Vacuum(lake, options_));
    for (const std::string& warning : summary_.warnings) {
      PrintError("warning: {}\n", warning);
    }
    return {};
  }

  json Summary() const override {
    json tables = json::object();
    for (const maintenance::TableVacuum& table : summary_.tables) {
      json& entry = tables[table.table];
      entry = {{"files_deleted", table.files_deleted},
               {"bytes_deleted", table.bytes_deleted},
               {"files_kept", table.files_kept},
               {"bytes_kept", table.bytes_kept},
               {"log_files_deleted", table.log_files_deleted}};
      if (table.oldest_version >= 0) entry["oldest_version"] = table.oldest_version;
    }
    return {{"run", summary_.run},
            {"retain", retain_},
            {"tables", tables},
            {"manifests_deleted", summary_.manifests_deleted},
            {"listeners_gone", summary_.forgotten.gone},
            {"listeners_pending", summary_.forgotten.pending},
            {"rectified_gone", summary_.rectified.gone},
            {"rectified_pending", summary_.rectified.pending},
            {"seconds", summary_.seconds}};
  }

  void Print() const override {
    maintenance::TableVacuum sum;
    for (const maintenance::TableVacuum& table : summary_.tables) {
      sum.files_deleted += table.files_deleted;
      sum.bytes_deleted += table.bytes_deleted;
      sum.files_kept += table.files_kept;
      sum.bytes_kept += table.bytes_kept;
      sum.log_files_deleted += table.log_files_deleted;
    }
    const char* verb = dry_run() ? "Dry run, nothing was deleted. Would delete" : "Deleted";
    fmt::print("{} {} ({}), {} of the logs and {} of runs from {}; {:.1f} s\n", verb,
               Counted(sum.files_deleted, "file"), Megabytes(sum.bytes_deleted),
               Counted(sum.log_files_deleted, "file"),
               Counted(summary_.manifests_deleted, "record"), ShellWord(root()), summary_.seconds);
    fmt::print("{} ({}) that left the tables within {} {} kept.\n", Counted(sum.files_kept, "file"),
               Megabytes(sum.bytes_kept), retain_, sum.files_kept == 1 ? "is" : "are");
    PrintListeners(summary_.forgotten, "forgotten", "them");
    PrintListeners(summary_.rectified, "rectified", "the former values");
    if (sum.files_deleted + sum.log_files_deleted == 0) return;
    fmt::print("\n  {:<16} {:>9} {:>12} {:>9} {:>10} {:>8}\n", "table", "deleted", "bytes", "kept",
               "log files", "oldest");
    for (const maintenance::TableVacuum& table : summary_.tables) {
      if (table.files_deleted + table.log_files_deleted == 0) continue;
      fmt::print("  {:<16} {:>9} {:>12} {:>9} {:>10} {:>8}\n", table.table, table.files_deleted,
                 Megabytes(table.bytes_deleted), table.files_kept, table.log_files_deleted,
                 table.oldest_version < 0 ? "-" : std::to_string(table.oldest_version));
    }
  }

 private:
  void PrintListeners(const maintenance::ListenersVacuumed& listeners, const char* what,
                      const char* held) const {
    if (listeners.gone > 0) {
      fmt::print("{} {}: no earlier version {} {} any more.\n", Counted(listeners.gone, "listener"),
                 what, dry_run() ? "would hold" : "holds", held);
    }
    if (listeners.pending > 0) {
      fmt::print("{} {} within {}: earlier versions hold {} until a later vacuum.\n",
                 Counted(listeners.pending, "listener"), what, retain_, held);
    }
  }

  maintenance::VacuumOptions options_;
  maintenance::VacuumSummary summary_;
  std::string retain_ = "168h";
};

}  // namespace

std::unique_ptr<Command> MakeVacuumCommand() { return std::make_unique<VacuumCommand>(); }

}  // namespace cadenza::cli
