#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <iterator>

#include "cli/command.h"
#include "cli/engine_choice.h"
#include "cli/lake_tables.h"
#include "cli/number_checks.h"
#include "cli/prompt.h"
#include "cli/raw_sources.h"
#include "cli/s3_flags.h"
#include "cli/spark_sql.h"
#include "cli/stdout_export.h"
#include "cli/table_print.h"
#include "engine/sql_text.h"

namespace cadenza::cli {
namespace {

constexpr const char* kExamples = R"help(Examples:
  cadenza sql --lake lake "select level, count(*) from songplays group by all"
  cadenza sql --lake lake "select * from songplays at (version => 3)"
  cadenza sql --lake lake "select * from users at (timestamp => '2026-01-31 12:00')"
  cadenza sql "select page, count(*) from 'logs/**/*.json' group by all" --format csv
      raw files through the event decoder, with _rescued, _error, _file and _offset;
      catalogue files, Parquet and CSV too
  cadenza sql "select * from read_events('day-1') where page = 'NextSong'" --format json
      the same for a file of any name; read_songs('...') reads catalogue files
  cadenza sql --lake lake "select * from songplays" --format arrow > plays.arrows
      for pandas: pyarrow.ipc.open_stream("plays.arrows").read_pandas()
  cadenza sql "select * from 's3://other/plays' at (version => 7)"
      a Delta table of others, with deletion vectors, column mapping, V2 checkpoints, widened types
  cadenza sql "select level, count(*) from 'spark/plays' group by all"
      a folder of Parquet files; names such as level=paid become columns
  cadenza sql --engine spark --spark sc://spark.example:15002 --lake lake "select count(*) from songplays"
      on a Spark cluster, in Spark's SQL, by Spark Connect; the cluster has to see the lake under
      the same path
  cadenza sql --lake lake
      a prompt with history and completion; Ctrl-C ends the query, Ctrl-D the prompt

Raw files are files, globs, folders and zip archives ('day.json', 'logs/*.gz', 'logs', 'a.zip').
The folder of a Delta table of another program is a table, and so is a folder of Parquet files with
what Spark leaves beside them.
Tables are named as they are (songplays) or with their layer (silver.songplays). Read only.
`cadenza tables` or `show tables` lists them. A time without a zone is UTC.
Exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted.)help";

class SqlCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kExamples);
    app->add_option("query", query_, "one SELECT; without it a prompt, or standard input");
    app->add_option("--lake", lake_,
                    "the lake, as made by etl --out (not needed for raw files alone)")
        ->type_name("FOLDER");
    app->add_option(
           "--format", format_,
           "table, csv, json (one array), parquet, or arrow (a stream, for pandas and Polars)")
        ->check(CLI::IsMember({"table", "csv", "json", "parquet", "arrow"}))
        ->capture_default_str();
    app->add_option("--rows", rows_, "rows that --format table shows at most; 0 = all")
        ->check(NotNegative())
        ->type_name("N")
        ->capture_default_str();
    app->add_option("--engine", engine_name_, "embedded, or spark: on the cluster of --spark")
        ->check(CLI::IsMember({"embedded", "spark"}))
        ->capture_default_str();
    DeclareSparkAddress(app, &spark_address_);
    DeclareThreads(app, &threads_);
    DeclareMemory(app, &memory_);
    DeclareList(app, "--config", &configs_, "settings: .toml")->type_name("FILE");
    s3_.Declare(app);
  }

  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, configs_));
    engine::DuckDbOptions options;
    options.threads = threads_;
    options.keep_order = true;
    CADENZA_ASSIGN(options.memory_bytes, ParseMemory(memory_));
    options.s3 = client_ = s3_.MakeClient();
    CADENZA_ASSIGN(engine_, engine::OpenDuckDb(options));
    const InterruptGuard guard(engine_.get());
    if (!lake_.empty()) {
      CADENZA_ASSIGN(lake::Lake lake, OpenExistingLake(lake_, engine_.get(), client_));
      opened_ = std::make_unique<lake::Lake>(std::move(lake));
    }
    if (engine_name_ == "spark") {
      CADENZA_ASSIGN(spark_, SparkSql::Open(spark_address_, engine_.get(), format_ == "table"));
    }
    if (!query_.empty()) {
      CADENZA_TRY(Run(query_));
      return kExitDone;
    }
    if (isatty(STDIN_FILENO)) return Prompt();
    const std::string text((std::istreambuf_iterator<char>(std::cin)), {});
    if (text.find_first_not_of(" \t\r\n;") == std::string::npos) {
      return MakeError(ErrorKind::kUsage, "no query was given");
    }
    CADENZA_TRY(Run(text));
    return kExitDone;
  }

 private:
  Result<int> Prompt() {
    std::vector<std::string> words = {"select", "from",  "where",    "group by", "order by",
                                      "limit",  "count", "distinct", "join",     "having"};
    for (const lake::Model& model : lake::Models()) {
      if (!model.is_table()) continue;
      words.push_back(model.name);
      for (const lake::ModelColumn& column : model.columns) words.push_back(column.name);
    }
    LinePrompt prompt(std::move(words));
    while (const std::optional<std::string> statement = prompt.Read()) {
      const Status status = Run(*statement);
      InterruptGuard::Reset();
      if (status.ok()) continue;
      const bool interrupted = status.error().kind == ErrorKind::kInterrupted;
      fmt::print(stderr, "{}\n", interrupted ? "interrupted" : status.error().message);
    }
    return kExitDone;
  }

  Status Run(const std::string& statement) {
    std::string sql = statement;
    const size_t last = sql.find_last_not_of(" \t\r\n;");
    sql.resize(last == std::string::npos ? 0 : last + 1);
    if (opened_) CADENZA_TRY(opened_->Refresh());
    if (spark_) return RunOnSpark(sql);
    if (opened_) {
      CADENZA_ASSIGN(sql, BindTablesOf(sql, opened_.get()));
    }
    CADENZA_ASSIGN(sql, ResolveRawFiles(sql, engine_.get(), client_));
    // The engine reads Parquet and CSV there itself; but the text may as well be a mere value.
    const bool names_s3 = sql.find("s3://") != std::string::npos;
    const Status reached = names_s3 ? engine_->ReachS3() : Status();
    const Status done = Answer(sql);
    return !done.ok() && !reached.ok() ? reached : done;
  }

  Status RunOnSpark(const std::string& sql) {
    CADENZA_TRY(spark_->Start(sql, opened_.get()));
    const std::string rows = SparkSql::kRows;
    if (engine::SqlText(sql).IsWord(0, "explain")) return spark_->Finish(PrintPlan(rows));
    if (format_ == "table") return spark_->Finish(PrintTable(rows));
    if (format_ == "arrow") return spark_->Finish(ExportArrowToStdout(spark_->arrow()));
    return spark_->Finish(ExportToStdout(engine_.get(), rows, format_));
  }

  Status Answer(std::string sql) {
    CADENZA_TRY(engine_->CheckReadOnly(sql));
    const engine::SqlText text(sql);
    if (text.IsWord(0, "explain")) return PrintPlan(sql);
    if (format_ == "table") return PrintTable(sql);
    // These are no queries to the engine's COPY, but relations they are.
    for (const char* word : {"show", "describe", "desc", "summarize"}) {
      if (text.IsWord(0, word)) sql = fmt::format("FROM ({}\n)", sql);
    }
    if (format_ == "arrow") return ExportArrowToStdout(engine_.get(), sql);
    return ExportToStdout(engine_.get(), sql, format_);
  }

  /// A plan is a drawing of many lines, which no cell of a table can hold.
  Status PrintPlan(const std::string& sql) {
    if (format_ != "table") {
      return MakeError(ErrorKind::kUsage, "a plan (explain) has no other --format than table: {}",
                       format_);
    }
    CADENZA_ASSIGN(const engine::RowSet plan, engine_->Query(sql));
    for (const auto& row : plan.rows) fmt::print("{}\n", row.back().value_or(""));
    return {};
  }

  Status PrintTable(const std::string& sql) {
    CADENZA_ASSIGN(engine::RowSet rows, engine_->Query(sql));
    if (spark_) spark_->ClearProgress();
    const size_t all = rows.rows.size();
    const auto shown = static_cast<size_t>(rows_);
    if (rows_ > 0 && all > shown) rows.rows.resize(shown);
    fmt::print("{}", TableText(rows));
    if (rows.rows.size() < all) {
      fmt::print("… {} of {} rows; --rows 0 or --format csv gives all\n", shown, all);
    }
    return {};
  }

  CLI::App* app_ = nullptr;
  std::string query_, lake_, format_ = "table", memory_ = "2GB";
  std::string engine_name_ = "embedded", spark_address_;
  std::vector<std::string> configs_;
  int64_t rows_ = 200;
  int threads_ = 0;
  S3Flags s3_;
  std::shared_ptr<s3::Client> client_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<lake::Lake> opened_;
  std::unique_ptr<SparkSql> spark_;
};

}  // namespace

std::unique_ptr<Command> MakeSqlCommand() { return std::make_unique<SqlCommand>(); }

}  // namespace cadenza::cli
