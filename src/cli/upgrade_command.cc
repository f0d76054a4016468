#include "base/format_version.h"
#include "cli/maintenance_command.h"
#include "warehouse/job.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;

constexpr const char* kUpgradeExamples = R"help(Examples:
  cadenza upgrade --lake lake --dry-run
      what differs between the lake and what this release writes
  cadenza upgrade --lake lake

Every command reads lakes of earlier releases, and what it writes is of this one's form; so does a
job by itself. upgrade does it at once, so that an earlier release refuses the lake from then on
instead of reading it wrongly. Columns that a table has gained stand in its schema from the next run
on that writes it, NULL in the rows before.)help";

/// A table of the lake that an earlier release made, and what this one has in it besides.
struct GainedColumns {
  std::string table;
  std::vector<std::string> columns;
};

class UpgradeCommand : public MaintenanceCommand {
 public:
  void Declare(CLI::App* app) override { DeclareCare(app, kUpgradeExamples); }

 protected:
  Status Work(lake::Lake* lake) override {
    format_before_ = lake->manifest().format_version;
    CADENZA_TRY(Compare(lake));
    if (!is_older() || dry_run()) return {};
    maintenance::CareOptions care;
    Tell(&care);
    CADENZA_ASSIGN(const auto job, warehouse::Job::Begin(lake, lake->manifest().format,
                                                         {.keep_waiting = care.keep_waiting}));
    CADENZA_TRY(job->Record("upgrade", {}));
    warehouse::JobSummary summary;
    summary.changed = true;
    CADENZA_TRY(job->Commit(&summary, {}));
    run_ = summary.run;
    return {};
  }

  json Summary() const override {
    json tables = json::object();
    for (const GainedColumns& gained : gained_) tables[gained.table] = gained.columns;
    json summary = {{"format_version", kFormatVersion},
                    {"format_version_before", format_before_},
                    {"columns_gained", tables}};
    if (run_ > 0) summary["run"] = run_;
    return summary;
  }

  void Print() const override {
    if (is_older()) {
      fmt::print("format_version {} {} {}{}\n", format_before_,
                 dry_run() ? "would become" : "became", kFormatVersion,
                 run_ > 0 ? fmt::format(" with run {}", run_) : "");
    } else {
      fmt::print("format_version {} is this release's: nothing to do\n", format_before_);
    }
    for (const GainedColumns& gained : gained_) {
      fmt::print("{} gains with the next run that writes it: {}\n", gained.table,
                 fmt::join(gained.columns, ", "));
    }
  }

 private:
  bool is_older() const { return format_before_ < kFormatVersion; }

  Status Compare(lake::Lake* lake) {
    for (const lake::Model& model : lake::Models()) {
      if (!model.is_table()) continue;
      CADENZA_ASSIGN(const lake::TableState state, lake->Load(model));
      GainedColumns gained{model.layer + "." + model.name, state.LackedColumns()};
      if (!gained.columns.empty()) gained_.push_back(std::move(gained));
    }
    return {};
  }

  int64_t format_before_ = 0, run_ = 0;
  std::vector<GainedColumns> gained_;
};

}  // namespace

std::unique_ptr<Command> MakeUpgradeCommand() { return std::make_unique<UpgradeCommand>(); }

}  // namespace cadenza::cli
