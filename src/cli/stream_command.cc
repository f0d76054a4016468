#include <algorithm>
#include <array>
#include <cctype>

#include "cli/command.h"
#include "cli/engine_choice.h"
#include "cli/flag_values.h"
#include "cli/lateness_report.h"
#include "cli/message_text.h"
#include "cli/number_checks.h"
#include "cli/own_model_flags.h"
#include "cli/s3_flags.h"
#include "cli/stream_alerts.h"
#include "cli/stream_groups.h"
#include "cli/stream_metrics.h"
#include "cli/stream_summary.h"
#include "cli/text_checks.h"
#include "query/lake_tables.h"
#include "stream/cluster_stream.h"
#include "stream/stream_job.h"

namespace cadenza::cli {
namespace {

constexpr const char* kStreamExamples = R"help(Examples:
  cadenza stream --source incoming --lake lake
      runs until Ctrl-C or SIGTERM: 5-minute windows of whatever files arrive, into events_5m
      (log lines) or sessions_5m (sessions)
  cadenza stream --source incoming --lake lake --once
      takes what is there, writes the windows that are still open as they stand, and ends
  cadenza stream --source engagement/sessions.parquet --lake lake --once --window 1h --group platform
      sessions_1h_by_platform from Parquet
  cadenza stream --source incoming --lake lake --name plays --where "page = 'NextSong'" --group song
      a second stream over the same files: plays by song
  cadenza stream --source incoming --lake lake --window 10m/5m --watermark 10m --every 10s
      hopping windows: 10 minutes long, one every 5
  cadenza stream --source kafka://127.0.0.1:9092/sessions --lake lake --metrics 127.0.0.1:9464
      JSON messages of a topic; /metrics and /healthz for Prometheus
  cadenza stream --source /mnt/incoming --lake /mnt/lake --engine spark --spark sc://spark.example:15002
      Spark Structured Streaming counts, on machines that see both folders; watched from here (docs/SPARK.md)
  cadenza stream --lake lake --report
      how many events a shorter or longer watermark would have met too late

Files are JSON lines (event logs, or any objects with a time and a customer; also .gz and .zip) or
Parquet; they have to be complete when they get their name. Each is taken once. An event that comes
behind the watermark is kept in late_events and, unless --late drop says otherwise, corrected into its
window. Killed at any moment, the next start goes on as if nothing had been.
Exit code: 0 done or stopped, 1 failed (the batch was not committed), 2 wrong usage, 3 done, but
all that was read is in quarantine or a file is damaged, 130 interrupted with --once.)help";

class StreamCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kStreamExamples);
    DeclareSource();
    DeclareWindows();
    DeclareRunning();
    s3_.Declare(app);
    app->add_option("--engine", options_.engine,
                    "embedded; spark: an endless query on the cluster of --spark, watched from "
                    "here; auto: embedded, because nobody knows how much will arrive")
        ->check(CLI::IsMember({"embedded", "spark", "auto"}))
        ->capture_default_str();
    DeclareSparkAddress(app, &address_);
    own_models_.Declare(app);
    DeclareThreads(app, &threads_);
    DeclareMemory(app, &memory_);
    app->add_flag("--json", json_, "print the summary as one JSON object at the end");
    app->add_flag("--quiet", quiet_, "no line for each batch");
  }

  void OnError(const Error& error) override {
    if (json_) PrintFailure(error, {{"stream", options_.name}, {"lake", lake_}});
  }

  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, configs_));
    if (lake_.empty()) return MakeError(ErrorKind::kUsage, "--lake is missing: where is the lake?");
    engine::DuckDbOptions engine_options;
    engine_options.threads = threads_;
    CADENZA_ASSIGN(engine_options.memory_bytes, ParseMemory(memory_));
    engine_options.s3 = s3_.MakeClient();
    if (options_.engine == "auto") options_.engine = "embedded";
    if (!report_) CADENZA_TRY(ReadOptions());
    spark::ConnectionString cluster;
    if (OnCluster()) {
      CADENZA_TRY(CheckClusterUsage());
      CADENZA_ASSIGN(cluster, ParseSparkAddress(address_));
    }
    CADENZA_ASSIGN(std::unique_ptr<engine::Engine> engine, engine::OpenDuckDb(engine_options));
    const InterruptGuard guard(engine.get());
    CADENZA_TRY(CheckZone(engine.get(), "--source-timezone", options_.source.zone));
    if (report_) {
      CADENZA_ASSIGN(lake::Lake lake,
                     query::OpenExistingLake(lake_, engine.get(), engine_options.s3));
      return ReportLateness(&lake, options_.name, json_);
    }
    CADENZA_ASSIGN(lake::Lake lake, lake::Lake::Open(lake_, engine.get(), engine_options.s3));
    CADENZA_TRY(own_models_.Check(&lake));
    Connect();
    StreamMetrics metrics;
    CADENZA_TRY(metrics.Serve(metrics_));
    StreamAlerts alerts(quiet_);
    if (alerts_) CADENZA_TRY(alerts.Read(*app_, configs_));
    options_.on_health = [&](const stream::StreamHealth& health) {
      metrics.Update(health);
      if (alerts_) alerts.CheckIfDue(&lake, health);
    };
    if (OnCluster()) TellClusterLimits();
    CADENZA_ASSIGN(const stream::StreamSummary summary,
                   OnCluster() ? stream::RunClusterStream(&lake, cluster, options_)
                               : stream::RunStream(&lake, options_));
    if (json_) {
      PrintJson(StreamJson(summary, lake_, options_.engine));
    } else {
      PrintStream(summary, lake_, has_name_);
    }
    if (summary.IsAllBad()) TellAllBad(summary);
    if (summary.stopped && options_.once) return kExitInterrupted;
    const bool is_well = !summary.IsAllBad() && summary.damaged.empty();
    if (summary.stopped) return is_well ? kExitDone : kExitNeedsALook;
    CADENZA_ASSIGN(const bool models_are_well, own_models_.Follow(&lake, OwnModelsJob()));
    if (!models_are_well) return kExitFailed;
    return is_well ? kExitDone : kExitNeedsALook;
  }

 private:
  void DeclareSource() {
    stream::SourceOptions& source = options_.source;
    DeclareList(app_, "--source", &source.paths,
                "folder, 'glob', file or archive where files arrive, on disk or s3://...; or "
                "kafka://host:port/topic")
        ->type_name("PATH");
    DeclareList(app_, "--kafka", &kafka_, "setting of the Kafka client, e.g. security.protocol=ssl")
        ->type_name("KEY=VALUE");
    app_->add_option("--kind", source.kind,
                     "logs: Sparkify events; sessions: rows with a time and a customer under any "
                     "of their usual names; auto: as the first file looks")
        ->check(CLI::IsMember({"auto", "logs", "sessions"}))
        ->capture_default_str();
    DeclareList(app_, "--map", &mappings_,
                "start_time or customer_id is in the column of another name")
        ->type_name("FIELD=COLUMN");
    app_->add_option("--key", source.key,
                     "column whose distinct values are counted; default: the customer")
        ->type_name("COLUMN");
    app_->add_option("--where", source.where, "only rows for which this SQL condition holds")
        ->type_name("SQL");
    app_->add_option("--ts-unit", source.ts_unit,
                     "unit of times that are numbers: s, ms, us, ns or auto; default: ms for logs, "
                     "auto for sessions")
        ->check(CLI::IsMember({"auto", "s", "ms", "us", "ns"}));
    app_->add_option("--source-timezone", source.zone, "zone of times that name none")
        ->type_name("ZONE")
        ->capture_default_str();
    app_->add_option("--schema", schema_,
                     "unknown fields: add takes them as they come (--group can name them), rescue "
                     "counts them too, fail stops before the batch is committed")
        ->check(CLI::IsMember({"add", "rescue", "fail"}))
        ->capture_default_str();
    app_->add_option("--max-bad", max_bad_,
                     "share of bad lines that fails a batch, e.g. 0.1% or 0.001; default: none")
        ->check(NotEmpty())
        ->type_name("SHARE");
    app_->add_option("--lake", lake_, "the lake: a folder, made when missing")
        ->type_name("FOLDER REQUIRED");
    DeclareList(app_, "--config", &configs_, "settings: .toml")->type_name("FILE");
  }

  void DeclareWindows() {
    app_->add_option("--name", options_.name,
                     "of the stream; the lake keeps under it what was taken; default: the table's")
        ->type_name("NAME");
    app_->add_option("--window", window_,
                     "5m: windows one behind the other; 10m/5m: 10 minutes, one every 5; "
                     "session:30m: as long as there is no gap of 30 minutes")
        ->capture_default_str();
    DeclareList(app_, "--group", &options_.source.groups, "column to group by, up to four")
        ->type_name("COLUMN");
    app_->add_option("--watermark", watermark_,
                     "how far events may be behind the newest one before they are late")
        ->type_name("DURATION")
        ->capture_default_str();
    app_->add_option("--late", late_,
                     "correct: late events are corrected into their windows; drop: they are only "
                     "kept in late_events")
        ->check(CLI::IsMember({"correct", "drop"}))
        ->capture_default_str();
    app_->add_option("--correct-within", correct_within_,
                     "later than so long behind the watermark a window is not corrected any more; "
                     "default: always")
        ->type_name("DURATION");
    app_->add_option("--mode", mode_,
                     "append: a window is written when it is final; update: with every batch that "
                     "changes it, is_final false until then")
        ->check(CLI::IsMember({"append", "update"}))
        ->capture_default_str();
    app_->add_option("--table", options_.table,
                     "gold table of the windows; default: by what they count and their length, "
                     "sessions_5m, or events_5m where the source is log lines")
        ->type_name("TABLE");
  }

  void DeclareRunning() {
    app_->add_flag("--once", options_.once, "take what is there and end");
    app_->add_flag("--no-flush", no_flush_,
                   "with --once: leave windows open that are not final; else they are written as "
                   "they stand");
    app_->add_option("--every", every_,
                     "time between two looks for new files; default: at once when they arrive")
        ->type_name("DURATION");
    app_->add_flag("--no-backfill", no_backfill_, "leave aside what is there at the first start");
    app_->add_option("--settle", options_.settle_seconds,
                     "seconds since its last change before a file is taken; not with --once")
        ->check(WaitSeconds())
        ->capture_default_str();
    app_->add_option("--batch-size", batch_size_,
                     "of files that one batch takes at most; .gz and Parquet count eight times "
                     "their size")
        ->type_name("SIZE")
        ->capture_default_str();
    app_->add_option("--metrics", metrics_,
                     "answer /metrics and /healthz for Prometheus at this address")
        ->type_name("HOST:PORT");
    app_->add_flag(
        "--alerts", alerts_,
        "after each batch judge the windows that became final and deliver alerts, as "
        "'cadenza alerts check' does; rules and channels are in [alerts] of the settings");
    app_->add_flag("--report", report_,
                   "print how many events came how late, and end; with --name of that stream only");
  }

  Status ReadOptions() {
    stream::WindowSettings& windowing = options_.windowing;
    if (options_.source.paths.empty()) {
      return MakeError(ErrorKind::kUsage, "--source is missing: where do files arrive?");
    }
    options_.flush = !no_flush_;
    options_.backfill = !no_backfill_;
    CADENZA_ASSIGN(windowing.window, stream::WindowSpec::Parse(window_));
    CADENZA_ASSIGN(windowing.delay_us, stream::ParseDuration(watermark_));
    windowing.mode = mode_ == "update" ? stream::OutputMode::kUpdate : stream::OutputMode::kAppend;
    windowing.groups = static_cast<int>(options_.source.groups.size());
    if (late_ == "drop") windowing.correct_within_us = 0;
    if (!correct_within_.empty()) {
      if (late_ == "drop") {
        return MakeError(ErrorKind::kUsage,
                         "--late drop corrects nothing, so there is no --correct-within {}",
                         correct_within_);
      }
      CADENZA_ASSIGN(windowing.correct_within_us, stream::ParseDuration(correct_within_));
    }
    if (!every_.empty()) {
      CADENZA_ASSIGN(const int64_t us, stream::ParseDuration(every_));
      options_.every_seconds = static_cast<double>(us) / 1e6;
    }
    CADENZA_ASSIGN(options_.batch_bytes, ParseBytes(batch_size_));
    if (!max_bad_.empty()) {
      CADENZA_ASSIGN(options_.max_bad, ParseShare("--max-bad", max_bad_));
    }
    if (schema_ == "rescue") options_.source.schema = stream::SchemaMode::kRescue;
    if (schema_ == "fail") options_.source.schema = stream::SchemaMode::kFail;
    CADENZA_TRY(ReadMappings());
    for (const std::string& text : kafka_) {
      const size_t equals = text.find('=');
      if (equals == std::string::npos) {
        return MakeError(ErrorKind::kUsage, "--kafka takes KEY=VALUE, not: {}", text);
      }
      options_.source.kafka.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return CheckNames();
  }

  Status ReadMappings() {
    constexpr auto kFields =
        std::to_array<std::string_view>({"start_time", "event_time", "customer_id"});
    for (const std::string& text : mappings_) {
      CADENZA_ASSIGN(sources::ColumnMapping mapping, sources::ParseMapping(text));
      if (std::ranges::count(kFields, mapping.field) == 0) {
        return MakeError(ErrorKind::kUsage,
                         "--map: a stream takes start_time=COLUMN and customer_id=COLUMN, not: {}",
                         text);
      }
      options_.source.mappings.push_back(std::move(mapping));
    }
    return {};
  }

  bool OnCluster() const { return options_.engine == "spark" && !report_; }

  /// Late events are dropped there, which is no wish of the user unless it was said.
  Status CheckClusterUsage() {
    const auto is_given = [&](const char* flag) { return app_->get_option(flag)->count() > 0; };
    if (!is_given("--late") && !is_given("--correct-within")) {
      options_.windowing.correct_within_us = 0;
    }
    if (is_given("--settle")) {
      return MakeError(ErrorKind::kUsage,
                       "--engine spark has no --settle: Spark takes files as soon as it sees them");
    }
    return stream::CheckForCluster(options_);
  }

  void TellClusterLimits() const {
    if (quiet_) return;
    fmt::print(
        stderr,
        "note: Spark drops late events and counts them as partial sums only (no late_events, "
        "no correction, nothing in --report), counts bad lines without keeping them, and "
        "writes a window when it is final{}\n",
        options_.once && options_.flush ? ": those open at the end are left open" : "");
  }

  Status CheckNames() {
    const auto is_word = [](const std::string& text) {
      return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
        return std::isalnum(c) || c == '_' || c == '-';
      });
    };
    const std::vector<std::string>& groups = options_.source.groups;
    CADENZA_TRY(CheckGroups(groups));
    if (options_.name.empty()) options_.name = options_.table;
    has_name_ = !options_.name.empty();
    // The stream has this name from its first start on, when nobody knows yet what it counts.
    if (options_.name.empty()) {
      options_.name = options_.windowing.window.TableName("sessions", groups);
    }
    for (const std::string& name : {options_.table, options_.name}) {
      if (name.empty() || is_word(name)) continue;
      return MakeError(ErrorKind::kUsage, "a name is made of letters, digits, _ and -, not: {}",
                       name);
    }
    return {};
  }

  void Connect() {
    options_.keep_waiting = [] { return !InterruptGuard::Pending(); };
    options_.should_stop = [] { return InterruptGuard::Pending(); };
    options_.on_warning = [](const std::string& text) { PrintError("warning: {}\n", text); };
    if (quiet_) return;
    options_.on_batch = [](const stream::BatchNews& news) {
      const bool marked = news.watermark.us != stream::Watermark::kNone;
      PrintError(
          "batch {}: {}, {} events in {:.2f} s ({:.0f}/s); {} of windows written; watermark "
          "{}; {} late, {} quarantined\n",
          news.batch, Counted(news.files, "file"), news.events, news.seconds,
          static_cast<double>(news.events) / std::max(news.seconds, 1e-6),
          Counted(news.windows, "row"),
          stream::InstantText(marked ? std::optional(news.watermark.us) : std::nullopt), news.late,
          news.quarantined);
    };
  }

  static warehouse::JobOptions OwnModelsJob() {
    warehouse::JobOptions job;
    job.keep_waiting = [] { return !InterruptGuard::Pending(); };
    return job;
  }

  CLI::App* app_ = nullptr;
  S3Flags s3_;
  OwnModelFlags own_models_;
  stream::StreamOptions options_;
  std::vector<std::string> configs_, mappings_, kafka_;
  std::string lake_, memory_ = "1GB", window_ = "5m", watermark_ = "1h", late_ = "correct",
                     mode_ = "append", schema_ = "add", batch_size_ = "1GB";
  std::string correct_within_, every_, max_bad_, metrics_, address_;
  int threads_ = 0;
  bool has_name_ = false;  ///< one that the user gave
  bool json_ = false, quiet_ = false, report_ = false, alerts_ = false;
  bool no_flush_ = false, no_backfill_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeStreamCommand() { return std::make_unique<StreamCommand>(); }

}  // namespace cadenza::cli
