#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <iterator>

#include "cli/command.h"
#include "cli/engine_choice.h"
#include "cli/message_text.h"
#include "cli/number_checks.h"
#include "cli/progress.h"
#include "cli/prompt.h"
#include "cli/s3_flags.h"
#include "cli/statement_pipe.h"
#include "cli/stdout_export.h"
#include "cli/table_print.h"
#include "cli/text_checks.h"
#include "engine/sql_text.h"
#include "query/session.h"
#include "query/spark_sql.h"

namespace cadenza::cli {
namespace {

constexpr const char* kSqlExamples = R"help(Examples:
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
    app->footer(kSqlExamples);
    app->add_option("query", query_, "one SELECT; without it a prompt, or standard input");
    app->add_option("--lake", lake_,
                    "the lake, as made by etl --out (not needed for raw files alone)")
        ->check(NotEmpty())
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
    app->add_flag("--session", is_session_,
                  "answer the statements of another program, a JSON object a line on standard "
                  "input, until it ends; as the Python package does");
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
    CADENZA_ASSIGN(options.memory_bytes, ParseMemory(memory_));
    options.s3 = s3_.MakeClient();
    options.rows_ahead_bytes = engine::kRowsAheadBytes;
    CADENZA_ASSIGN(database_, query::Database::Open(options));
    const InterruptGuard guard(&database_->engine());
    query::SessionOptions session;
    session.raw_files = true;
    session.stop = InterruptGuard::interrupted;
    std::shared_ptr<query::LakeState> lake;
    if (!lake_.empty()) {
      CADENZA_ASSIGN(lake, database_->OpenLake(lake_));
    }
    CADENZA_ASSIGN(session_, query::Session::Open(database_.get(), lake, session));
    if (engine_name_ == "spark") CADENZA_TRY(OpenSpark());
    if (is_session_) return AnswerOthers();
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
  /// A process that stays open, so that a small query need not wait for one to start.
  Result<int> AnswerOthers() {
    if (!query_.empty() || format_ != "arrow" || spark_) {
      return MakeError(ErrorKind::kUsage,
                       "--session takes statements from standard input, with --format arrow and "
                       "--engine embedded");
    }
    CADENZA_TRY(AnswerStatements([this](const std::string& sql, const query::Sink& sink) -> Status {
      CADENZA_TRY(FollowLake());
      if (engine::SqlText(sql).IsWord(0, "explain")) CADENZA_TRY(CheckPlanFormat(true));
      CADENZA_TRY(session_->Export(sql, format_, sink));
      return {};
    }));
    return kExitDone;
  }

  /// What another program committed meanwhile is there too.
  Status FollowLake() {
    if (lake_.empty()) return {};
    CADENZA_ASSIGN(std::shared_ptr<query::LakeState> lake, database_->OpenLake(lake_));
    return session_->Follow(std::move(lake));
  }

  Result<int> Prompt() {
    std::vector<std::string> words = {"select", "from",  "where",    "group by", "order by",
                                      "limit",  "count", "distinct", "join",     "having"};
    for (const lake::Model& model : lake::Models()) {
      if (!model.is_table()) continue;
      words.push_back(model.name);
      for (const lake::ModelColumn& column : model.columns) words.push_back(column.name);
    }
    LinePrompt prompt(std::move(words));
    is_prompt_ = true;
    while (const std::optional<std::string> statement = prompt.Read()) {
      const Status status = Run(*statement);
      InterruptGuard::Reset();
      if (status.ok()) continue;
      const bool interrupted = status.error().kind == ErrorKind::kInterrupted;
      PrintError("{}\n", interrupted ? "interrupted" : status.error().message);
    }
    return kExitDone;
  }

  Status OpenSpark() {
    CADENZA_ASSIGN(const spark::ConnectionString address, ParseSparkAddress(spark_address_));
    progress_ = std::make_unique<Progress>(format_ == "table");
    spark::SessionOptions options;
    options.stop = InterruptGuard::interrupted;
    options.progress = [this](const spark::StageCounts& counts) {
      progress_->Share(stages_.Advance(counts),
                       fmt::format("{} of {} tasks  {} of {} stages  {:.0f} MB read",
                                   counts.tasks_done, counts.tasks, counts.stages_done,
                                   counts.stages, static_cast<double>(counts.bytes_read) / 1e6));
    };
    progress_->Stage("connecting to " + address.address());
    Result<std::unique_ptr<query::SparkSql>> spark =
        query::SparkSql::Open(address, &session_->engine(), std::move(options));
    progress_->Clear();
    CADENZA_ASSIGN(spark_, std::move(spark));
    return {};
  }

  Status Run(const std::string& statement) {
    if (is_prompt_) CADENZA_TRY(FollowLake());
    if (spark_) return RunOnSpark(statement);
    const bool is_plan = engine::SqlText(statement).IsWord(0, "explain");
    if (is_plan || format_ == "table") {
      CADENZA_TRY(CheckPlanFormat(is_plan));
      CADENZA_ASSIGN(query::Answer answer, session_->Query(statement));
      return is_plan ? PrintPlan(answer.rows) : PrintTable(std::move(answer.rows));
    }
    CADENZA_TRY(session_->Export(statement, format_, PutOnStdout));
    return FlushStdout();
  }

  Status RunOnSpark(const std::string& statement) {
    stages_ = {};
    progress_->Stage("spark");
    std::string sql = statement;
    const size_t last = sql.find_last_not_of(" \t\r\n;");
    sql.resize(last == std::string::npos ? 0 : last + 1);
    const Status started =
        session_->lake()
            ? session_->lake()->WithLake([&](lake::Lake* lake) { return spark_->Start(sql, lake); })
            : spark_->Start(sql, nullptr);
    const Status done = started.ok() ? spark_->Finish(PrintSparkRows(sql)) : started;
    progress_->Clear();
    return done;
  }

  Status PrintSparkRows(const std::string& sql) {
    const bool is_plan = engine::SqlText(sql).IsWord(0, "explain");
    CADENZA_TRY(CheckPlanFormat(is_plan));
    if (is_plan || format_ == "table") {
      CADENZA_ASSIGN(engine::RowSet rows, session_->engine().Query(query::SparkSql::kRows));
      progress_->Clear();
      return is_plan ? PrintPlan(rows) : PrintTable(std::move(rows));
    }
    if (format_ == "arrow") {
      CADENZA_TRY(query::ExportArrow(spark_->arrow(), PutOnStdout));
    } else {
      CADENZA_TRY(
          query::ExportRows(&session_->engine(), query::SparkSql::kRows, format_, PutOnStdout));
    }
    return FlushStdout();
  }

  Status CheckPlanFormat(bool is_plan) const {
    if (!is_plan || format_ == "table") return {};
    return MakeError(ErrorKind::kUsage, "a plan (explain) has no other --format than table: {}",
                     format_);
  }

  /// A plan is a drawing of many lines, which no cell of a table can hold.
  static Status PrintPlan(const engine::RowSet& plan) {
    for (const auto& row : plan.rows) fmt::print("{}\n", row.back().value_or(""));
    return {};
  }

  Status PrintTable(engine::RowSet rows) const {
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
  bool is_prompt_ = false, is_session_ = false;
  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Session> session_;
  std::unique_ptr<Progress> progress_;
  spark::StageProgress stages_;
  std::unique_ptr<query::SparkSql> spark_;
};

}  // namespace

std::unique_ptr<Command> MakeSqlCommand() { return std::make_unique<SqlCommand>(); }

}  // namespace cadenza::cli
