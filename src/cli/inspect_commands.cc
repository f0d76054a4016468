#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "cli/command.h"
#include "cli/message_text.h"
#include "cli/number_checks.h"
#include "cli/s3_flags.h"
#include "cli/table_print.h"
#include "delta/snapshot.h"
#include "lake/model_graph.h"
#include "query/lake_tables.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;

/// As fine as it is compared: `at (timestamp => '…')` finds the version of which it is the time.
std::string TimeText(int64_t ms) {
  return UtcText(ms, "%Y-%m-%d %H:%M:%S") + fmt::format(".{:03}Z", (ms % 1000 + 1000) % 1000);
}

/// Rows as a table, or as a JSON array with numbers as numbers.
void Print(const engine::RowSet& rows, bool as_json) {
  if (!as_json) {
    fmt::print("{}", TableText(rows, kUncut));
    return;
  }
  json list = json::array();
  for (const auto& row : rows.rows) {
    json item = json::object();
    for (size_t c = 0; c < row.size(); ++c) {
      json& value = item[rows.columns[c].name];
      if (!row[c]) continue;
      if (rows.columns[c].type == "BIGINT") {
        value = std::strtoll(row[c]->c_str(), nullptr, 10);
      } else {
        value = *row[c];
      }
    }
    list.push_back(std::move(item));
  }
  PrintJson(list);
}

/// What the three share: a lake, opened for reading.
class InspectCommand : public Command {
 public:
  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, {}));
    engine::DuckDbOptions options;
    options.s3 = s3_.MakeClient();
    CADENZA_ASSIGN(engine_, engine::OpenDuckDb(options));
    CADENZA_ASSIGN(lake::Lake lake, query::OpenExistingLake(root_, engine_.get(), options.s3));
    engine::RowSet rows;
    CADENZA_TRY(Inspect(&lake, &rows));
    if (!json_) fmt::print("{}", Preface(lake));
    Print(rows, json_);
    return kExitDone;
  }

 protected:
  void DeclareLake(CLI::App* app, const char* examples) {
    app_ = app;
    app->footer(examples);
    app->add_option("--lake", root_, "the lake, as made by etl --out")
        ->type_name("FOLDER REQUIRED");
    app->add_flag("--json", json_, "print JSON");
    s3_.Declare(app);
  }
  virtual Status Inspect(lake::Lake* lake, engine::RowSet* rows) = 0;
  /// Lines for people above the rows; empty: none.
  virtual std::string Preface(const lake::Lake&) const { return ""; }

 private:
  CLI::App* app_ = nullptr;
  std::string root_;
  bool json_ = false;
  S3Flags s3_;
  std::unique_ptr<engine::Engine> engine_;
};

class TablesCommand : public InspectCommand {
 public:
  void Declare(CLI::App* app) override {
    DeclareLake(app,
                "Examples:\n  cadenza tables --lake lake\n  cadenza tables --lake lake --json");
  }

 protected:
  Status Inspect(lake::Lake* lake, engine::RowSet* rows) override {
    rows->columns = {{"layer", "VARCHAR"}, {"table", "VARCHAR"}, {"rows", "BIGINT"},
                     {"files", "BIGINT"},  {"bytes", "BIGINT"},  {"version", "BIGINT"},
                     {"holds", "VARCHAR"}};
    for (const lake::Model* model : lake->tables()) {
      CADENZA_ASSIGN(const lake::TableState state, lake->Load(*model));
      if (!state.exists) continue;
      rows->rows.push_back(
          {model->layer, model->name, std::to_string(state.rows()),
           std::to_string(state.files.size()), std::to_string(state.size_bytes()),
           state.version < 0 ? std::nullopt : std::optional(std::to_string(state.version)),
           model->summary});
    }
    return {};
  }
};

class DescribeCommand : public InspectCommand {
 public:
  void Declare(CLI::App* app) override {
    DeclareLake(app, "Examples:\n  cadenza describe --lake lake songplays");
    app->add_option("table", table_, "table")->required();
  }

 protected:
  Status Inspect(lake::Lake* lake, engine::RowSet* rows) override {
    CADENZA_ASSIGN(const lake::Model* model, query::FindTable(*lake, table_));
    CADENZA_ASSIGN(const lake::TableState state, lake->Load(*model));
    rows->columns = {{"column", "VARCHAR"},
                     {"type", "VARCHAR"},
                     {"partition", "VARCHAR"},
                     {"meaning", "VARCHAR"}};
    model_ = model;
    for (const engine::Column& column : state.columns) {
      const bool partition = std::ranges::count(state.partition_columns, column.name) > 0;
      std::string meaning;
      for (const lake::ModelColumn& known : model->columns) {
        if (known.name == column.name) meaning = known.comment;
      }
      rows->rows.push_back({column.name, column.type, partition ? "yes" : "", meaning});
    }
    return {};
  }

  /// What the table is, and what it is made of.
  std::string Preface(const lake::Lake& lake) const override {
    std::string text = fmt::format("{}.{}: {}\n", model_->layer, model_->name, model_->summary);
    if (!model_->grain.empty()) text += fmt::format("grain: {}\n", model_->grain);
    std::set<std::string> reads;
    for (const lake::Model* read : lake::TablesRead(*model_)) reads.insert(read->name);
    for (const std::string& name : lake::RelationsNamed(model_->select)) {
      if (lake.FindTable(name)) reads.insert(name);
    }
    if (!reads.empty()) text += fmt::format("made of: {}\n", fmt::join(reads, ", "));
    const std::string job = model_->is_own() ? "refresh" : model_->job;
    if (!job.empty()) {
      text += fmt::format("by: cadenza {}{}{}\n", job, model_->job_option.empty() ? "" : " ",
                          model_->job_option);
    }
    return text + "\n";
  }

 private:
  std::string table_;
  const lake::Model* model_ = nullptr;
};

class HistoryCommand : public InspectCommand {
 public:
  void Declare(CLI::App* app) override {
    DeclareLake(app, "Examples:\n  cadenza history --lake lake songplays");
    app->add_option("table", table_, "table")->required();
    app->add_option("--limit", limit_, "commits, newest first; 0 = all")
        ->check(NotNegative())
        ->type_name("N")
        ->capture_default_str();
  }

 protected:
  Status Inspect(lake::Lake* lake, engine::RowSet* rows) override {
    CADENZA_ASSIGN(const lake::Model* model, query::FindTable(*lake, table_));
    if (lake->manifest().format == lake::TableFormat::kParquet) {
      return MakeError(ErrorKind::kUsage, "Parquet tables have no history: {}", table_);
    }
    rows->columns = {{"version", "BIGINT"}, {"time", "VARCHAR"}, {"operation", "VARCHAR"},
                     {"rows", "BIGINT"},    {"files", "BIGINT"}, {"parameters", "VARCHAR"},
                     {"engine", "VARCHAR"}};
    const auto store = lake->TableStore(*model);
    // All of them: the time of one may depend on those before it, where a clock went backwards.
    CADENZA_ASSIGN(std::vector<delta::CommitSummary> commits, delta::History(*store, 0));
    if (limit_ > 0 && std::ssize(commits) > limit_) commits.resize(static_cast<size_t>(limit_));
    for (const delta::CommitSummary& commit : commits) {
      const auto metric = [&](const char* name) -> std::optional<std::string> {
        const auto found = commit.metrics.find(name);
        if (found == commit.metrics.end()) return std::nullopt;
        return std::to_string(found->second);
      };
      rows->rows.push_back({std::to_string(commit.version), TimeText(commit.timestamp_ms),
                            commit.operation, metric("numOutputRows"), metric("numFiles"),
                            commit.operation_parameters, commit.engine_info});
    }
    return {};
  }

 private:
  std::string table_;
  int limit_ = 20;
};

}  // namespace

std::unique_ptr<Command> MakeTablesCommand() { return std::make_unique<TablesCommand>(); }
std::unique_ptr<Command> MakeDescribeCommand() { return std::make_unique<DescribeCommand>(); }
std::unique_ptr<Command> MakeHistoryCommand() { return std::make_unique<HistoryCommand>(); }

}  // namespace cadenza::cli
