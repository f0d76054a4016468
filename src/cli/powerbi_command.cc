#include <algorithm>

#include "cli/command.h"
#include "cli/message_text.h"
#include "cli/s3_flags.h"
#include "cli/text_checks.h"
#include "http/server.h"
#include "powerbi/metrics.h"
#include "powerbi/project.h"
#include "query/lake_tables.h"

namespace cadenza::cli {
namespace {

constexpr const char* kPowerbiExamples = R"help(Examples:
  cadenza powerbi --lake lake --server 127.0.0.1:5439 --out powerbi
      writes a project; open powerbi/Cadenza.pbip in Power BI Desktop
  cadenza powerbi --lake lake --server bi.example:5439 --import --out powerbi
      Power BI copies the rows when it refreshes, instead of asking for each picture

The project holds the tables of gold with their meanings, one measure for each metric, and a report.
It reads from a server that speaks PostgreSQL's protocol (cadenza serve --pg). The same lake gives
the same files, so that a repository can hold them.
Exit code: 0 done, 1 failed, 2 wrong usage.)help";

class PowerBiCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kPowerbiExamples);
    app->add_option("--lake", lake_, "the lake, as made by etl --out")->type_name("FOLDER");
    app->add_option("--server", source_.server, "where the report reads from: HOST:PORT")
        ->type_name("HOST:PORT")
        ->capture_default_str();
    app->add_option("--database", source_.database, "what the server calls the lake")
        ->check(NotEmpty())
        ->type_name("NAME")
        ->capture_default_str();
    app->add_option("--out", out_, "the folder of the project")->type_name("FOLDER");
    app->add_flag("--import", source_.import,
                  "rows are copied into the report (default: it asks each time)");
    DeclareList(app, "--config", &configs_, "settings: .toml")->type_name("FILE");
    s3_.Declare(app);
  }

  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, configs_));
    if (out_.empty())
      return MakeError(ErrorKind::kUsage, "--out is missing: where is the project to be?");
    http::ServerOptions address{.host = ""};
    if (!http::ParseListen(source_.server, &address).ok() || address.host.empty() ||
        address.port == 0) {
      return MakeError(ErrorKind::kUsage, "--server takes HOST:PORT, not: {}", source_.server);
    }
    const auto client = s3_.MakeClient();
    engine::DuckDbOptions options;
    options.s3 = client;
    CADENZA_ASSIGN(const std::unique_ptr<engine::Engine> engine, engine::OpenDuckDb(options));
    CADENZA_ASSIGN(lake::Lake lake, query::OpenExistingLake(lake_, engine.get(), client));
    CADENZA_TRY(ReadTables(lake));
    CADENZA_ASSIGN(source_.metrics, powerbi::CarriedMetrics());
    CADENZA_ASSIGN(const powerbi::Files files, powerbi::MakeProject(source_));
    CADENZA_TRY(powerbi::WriteProject(files, out_));
    fmt::print("{}: {}, {}, {}. Open Cadenza.pbip there in Power BI Desktop.\n", ShellWord(out_),
               Counted(static_cast<int64_t>(source_.tables.size()), "table"),
               Counted(static_cast<int64_t>(source_.metrics.size()), "metric"),
               Counted(static_cast<int64_t>(source_.relations.size()), "relation"));
    return kExitDone;
  }

 private:
  Status ReadTables(const lake::Lake& lake) {
    for (const lake::Model* model : lake.tables()) {
      if (model->layer != "gold" || !lake.manifest().tables.contains(model->name)) continue;
      powerbi::Table table{model->layer, model->name, model->summary, {}, ""};
      for (const lake::ModelColumn& column : model->columns)
        table.columns.push_back({column.name, column.type, column.comment});
      source_.tables.push_back(std::move(table));
    }
    if (source_.tables.empty()) {
      return MakeError(ErrorKind::kNotFound,
                       "the lake has no tables of gold yet (cadenza kpi makes them): {}",
                       ShellWord(lake.root()));
    }
    std::ranges::sort(source_.tables, {}, &powerbi::Table::name);
    AddRelation({"customer_days", "customer_id", "customer_engagement", "customer_id"});
    AddRelation({"customer_days", "session_date", "days", "date"});
    return {};
  }

  void AddRelation(const powerbi::Relation& relation) {
    const auto find = [&](const std::string& name) {
      return std::ranges::find(source_.tables, name, &powerbi::Table::name);
    };
    const auto from = find(relation.from_table), to = find(relation.to_table);
    if (from == source_.tables.end() || to == source_.tables.end()) return;
    to->key = relation.to_column;
    source_.relations.push_back(relation);
  }

  CLI::App* app_ = nullptr;
  std::string lake_, out_;
  std::vector<std::string> configs_;
  powerbi::Source source_;
  S3Flags s3_;
};

}  // namespace

std::unique_ptr<Command> MakePowerBiCommand() { return std::make_unique<PowerBiCommand>(); }

}  // namespace cadenza::cli
