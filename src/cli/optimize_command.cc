#include <algorithm>

#include "base/nearest_name.h"
#include "cli/maintenance_command.h"
#include "cli/message_text.h"
#include "maintenance/optimize.h"
#include "query/lake_tables.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;

constexpr const char* kOptimizeExamples = R"help(Examples:
  cadenza optimize --lake lake --dry-run
      which tables have small files that belong together
  cadenza optimize --lake lake
      brings them together, in each partition, to files of about --file-size
  cadenza optimize --lake lake --table songplays --cluster songplays=user_id,start_time
      sorts each partition, so that queries for one listener leave most of it out

No row changes. Files that were replaced stay for time travel until cadenza vacuum deletes them. A
partition that was sorted so and has not grown since is left alone. Other programs may append
meanwhile; etl waits.
Exit code: 0 done, 1 failed (nothing was committed), 2 wrong usage, 130 interrupted.)help";

class OptimizeCommand : public MaintenanceCommand {
 public:
  void Declare(CLI::App* app) override {
    DeclareCare(app, kOptimizeExamples);
    DeclareList(app, "--table", &options_.tables, "this table only")->type_name("TABLE");
    app->add_option(
           "--file-size", file_size_,
           "size that files are brought to; from three quarters of it a file is left alone")
        ->type_name("SIZE")
        ->capture_default_str();
    DeclareList(app, "--cluster", &clusters_, "TABLE=column,column by which to sort its rows")
        ->type_name("TABLE=COLUMNS");
  }

 protected:
  Status CheckUsage() override {
    CADENZA_ASSIGN(options_.file_bytes, ParseBytes(file_size_));
    return {};
  }

  Status Work(lake::Lake* lake) override {
    for (std::string& table : options_.tables) {
      CADENZA_ASSIGN(const lake::Model* model, query::FindTable(*lake, table));
      table = model->name;
    }
    for (const std::string& text : clusters_) CADENZA_TRY(ParseCluster(*lake, text));
    Tell(&options_);
    CADENZA_ASSIGN(summary_, maintenance::Optimize(lake, options_));
    return {};
  }

  json Summary() const override {
    json tables = json::object();
    for (const maintenance::TableRewrite& table : summary_.tables) {
      tables[table.table] = {{"files_before", table.files_before},
                             {"files_after", table.files_after},
                             {"files_read", table.files_read},
                             {"files_written", table.files_written},
                             {"bytes_read", table.bytes_read},
                             {"bytes_written", table.bytes_written},
                             {"rows", table.rows},
                             {"version", table.version}};
    }
    return {{"run", summary_.run}, {"tables", tables}, {"seconds", summary_.seconds}};
  }

  void Print() const override {
    int64_t touched = 0;
    for (const auto& table : summary_.tables) touched += table.files_read > 0 ? 1 : 0;
    if (touched == 0) {
      fmt::print("Nothing to do: no files of {} belong together.\n", ShellWord(root()));
      return;
    }
    if (dry_run()) {
      fmt::print("Dry run, nothing was changed. This would be rewritten:\n\n");
    } else {
      fmt::print("Run {} rewrote {} of {}, {:.1f} s\n\n", summary_.run, Counted(touched, "table"),
                 ShellWord(root()), summary_.seconds);
    }
    fmt::print("  {:<16} {:>14} {:>10} {:>12} {:>12}  {}\n", "table", "files", "rows", "read",
               dry_run() ? "" : "written", dry_run() ? "" : "version");
    for (const maintenance::TableRewrite& table : summary_.tables) {
      if (table.files_read == 0) continue;
      fmt::print("  {:<16} {:>14} {:>10} {:>12} {:>12}  {}\n", table.table,
                 fmt::format("{} -> {}", table.files_before, table.files_after), table.rows,
                 Megabytes(table.bytes_read), dry_run() ? "" : Megabytes(table.bytes_written),
                 table.version < 0 ? "" : std::to_string(table.version));
    }
  }

 private:
  Status ParseCluster(const lake::Lake& lake, const std::string& text) {
    const size_t equals = text.find('=');
    CADENZA_ASSIGN(const lake::Model* model, query::FindTable(lake, text.substr(0, equals)));
    std::vector<std::string> columns;
    if (equals != std::string::npos) columns = CLI::detail::split(text.substr(equals + 1), ',');
    std::erase(columns, "");
    if (columns.empty()) {
      return MakeError(ErrorKind::kUsage, "--cluster takes TABLE=column,column, not: {}", text);
    }
    for (const std::string& column : columns) {
      if (std::ranges::count(columns, column) > 1) {
        return MakeError(ErrorKind::kUsage, "--cluster {}: {} is there twice", text, column);
      }
      if (!model->has_column(column)) {
        return MakeError(ErrorKind::kUsage, "{} has no column to sort by: {}{}", model->name,
                         column, DidYouMean(model->NearestColumn(column)));
      }
    }
    if (!options_.tables.empty() && std::ranges::count(options_.tables, model->name) == 0) {
      return MakeError(ErrorKind::kUsage, "--cluster names a table that --table leaves out: {}",
                       model->name);
    }
    options_.cluster[model->name] = std::move(columns);
    return {};
  }

  maintenance::OptimizeOptions options_;
  maintenance::OptimizeSummary summary_;
  std::vector<std::string> clusters_;
  std::string file_size_ = "128MB";
};

}  // namespace

std::unique_ptr<Command> MakeOptimizeCommand() { return std::make_unique<OptimizeCommand>(); }

}  // namespace cadenza::cli
