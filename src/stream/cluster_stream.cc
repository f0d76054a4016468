#include "stream/cluster_stream.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/clock.h"
#include "engine/spark/spark_engine.h"
#include "spark/session.h"
#include "stream/batch_commit.h"
#include "stream/checkpoint.h"
#include "stream/cluster_source.h"
#include "stream/cluster_windows.h"
#include "stream/definition.h"
#include "stream/kafka_source.h"
#include "stream/query_log.h"
#include "stream/stream_report.h"

namespace cadenza::stream {
namespace {

constexpr const char* kEvents = "cadenza_events";     ///< view of the session
constexpr const char* kWatching = "cadenza_watched";  ///< name of the observed aggregates
constexpr double kLookSeconds = 0.3;
/// A cluster that does not answer is not waited for longer than this once the user has had enough.
constexpr double kStopSeconds = 30;
constexpr int kTriesMax = 10;

/// One call of RunClusterStream.
class ClusterStream {
 public:
  ClusterStream(lake::Lake* lake, const spark::ConnectionString& cluster,
                const StreamOptions& options)
      : lake_(lake), cluster_(cluster), options_(options) {}

  Result<StreamSummary> Work() {
    const Stopwatch watch;
    CADENZA_TRY(Open());
    CADENZA_ASSIGN(const bool has_files, AwaitFiles());
    if (has_files) {
      CADENZA_TRY(Begin());
      CADENZA_TRY(RunToEnd());
    }
    return report_->Finish(watch.seconds());
  }

 private:
  /// Asked by the session while it waits. Once the query runs, a stop is first sent to it.
  bool GivesUp() {
    if (!options_.Stops()) return false;
    if (!stop_seen_) stop_seen_.emplace();
    return !is_watching_ || stop_seen_->seconds() > kStopSeconds;
  }

  void Sleep(double seconds) const {
    const Stopwatch watch;
    while (watch.seconds() < seconds && !options_.Stops()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

  Status Open() {
    CADENZA_TRY(CheckForCluster(options_));
    if (lake_->manifest().run > 0 && lake_->manifest().format != lake::TableFormat::kDelta) {
      return MakeError(ErrorKind::kUsage,
                       "Spark appends to Delta tables, and this lake is Parquet: {}",
                       lake_->root());
    }
    CADENZA_ASSIGN(Checkpoint checkpoint, Checkpoint::Open(lake_, options_.name));
    checkpoint_.emplace(std::move(checkpoint));
    SourceOptions source = options_.source;
    CADENZA_ASSIGN(Agreement agreed, Agreed(&*checkpoint_, options_));
    source.kind = agreed.kind;
    agreed_table_ = std::move(agreed.table);
    source_.emplace(lake_, std::move(source), /*waits=*/!options_.once);
    operator_ = WindowOperator::Make(&lake_->engine(), options_.windowing);
    report_.emplace(options_, &*checkpoint_);
    return {};
  }

  /// The first files tell what all are like. False: there are none, or the user stopped.
  Result<bool> AwaitFiles() {
    bool is_told = false;
    while (!options_.Stops()) {
      CADENZA_ASSIGN(const bool has_files, source_->Look());
      if (has_files || options_.once) return has_files;
      if (!is_told)
        options_.Warn("nothing to take yet; waiting at " + options_.source.paths.front());
      is_told = true;
      CADENZA_TRY(LookAround());
      Sleep(1);
    }
    return false;
  }

  /// The definition, for ever, and the table, so that its columns are ours.
  Status Begin() {
    CADENZA_TRY(lake_->Refresh());
    table_ = agreed_table_ ? *agreed_table_ : TableOf(options_, source_->Kind());
    if (!agreed_table_) CADENZA_TRY(checkpoint_->CheckTableIsFree(table_.name));
    CADENZA_ASSIGN(windows_, lake_->Declare(WindowModel(options_, table_)));
    report_->SetTable(*windows_);
    CADENZA_ASSIGN(const lake::TableState before, lake_->Load(*windows_));
    // A new stream on a server that is not there, or does not serve, leaves nothing behind.
    if (!before.exists) CADENZA_TRY(OpenSession());
    CADENZA_ASSIGN(const std::string stored,
                   checkpoint_->DefinitionOrElse(DefinitionOf(options_, source_->Kind(), table_)));
    StreamOptions known = options_;
    known.source.kind = source_->Kind();
    CADENZA_TRY(CheckDefinition(stored, known, table_));
    if (before.exists) return ReadNoted();
    CADENZA_ASSIGN(const std::unique_ptr<lake::Run> run,
                   lake::Run::Begin(lake_, lake::TableFormat::kDelta, options_.keep_waiting));
    CADENZA_ASSIGN(const lake::TableState found, lake_->Load(*windows_));
    run->Stage(*windows_, found, windows_->partition_columns, {});
    return run->Commit();
  }

  /// What the notes of earlier watchers add up to.
  Status ReadNoted() {
    CADENZA_ASSIGN(const lake::TableState batches,
                   lake_->Load(*lake_->FindTable("stream_batches")));
    CADENZA_TRY(lake_->engine().BindFiles("stream_batches_noted", batches.Relation()));
    CADENZA_ASSIGN(
        const engine::RowSet sums,
        lake_->engine().Query(fmt::format(
            "SELECT CAST(coalesce(sum(windows), 0) AS BIGINT), CAST(coalesce(sum(files), 0) AS "
            "BIGINT) FROM stream_batches_noted WHERE stream = {}",
            engine::QuoteText(options_.name))));
    windows_noted_ = sums.Number(0, 0);
    files_noted_ = sums.Number(0, 1);
    return {};
  }

  /// A server that is restarted, or cannot be reached, is waited for: the query goes on where its
  /// checkpoint is.
  Status RunToEnd() {
    for (int tries = 1;; ++tries) {
      const int64_t batches = report_->summary().batches;
      Status done = Run();
      is_watching_ = false;
      query_.reset();
      session_.reset();
      if (done.ok()) return {};
      if (report_->summary().batches > batches) tries = 1;
      const bool was_cut =
          done.error().kind == ErrorKind::kInterrupted || done.error().kind == ErrorKind::kConflict;
      if (options_.Stops() && was_cut) return {};  // the query ends with its session
      if (done.error().kind != ErrorKind::kIo || options_.once || tries == kTriesMax) return done;
      report_->AddFailure();
      options_.Warn("the query is started again: " + done.error().message);
      Sleep(std::min(30.0, 0.2 * (1 << tries)));
      if (options_.Stops()) return {};
    }
  }

  Status Run() {
    CADENZA_TRY(Start());
    is_watching_ = true;
    while (true) {
      CADENZA_ASSIGN(const bool is_active, query_->IsActive());
      CADENZA_TRY(TakeProgress());
      if (!is_active) break;
      if (options_.Stops()) {
        CADENZA_TRY(query_->Stop());
        return TakeProgress();
      }
      CADENZA_TRY(LookAround());
      Sleep(kLookSeconds);
    }
    CADENZA_ASSIGN(const std::string failure, query_->Failure());
    if (!failure.empty()) {
      return MakeError(ErrorKind::kInput, "the query of the stream {} failed on the cluster: {}",
                       options_.name, failure);
    }
    if (options_.once) return {};
    return MakeError(ErrorKind::kConflict,
                     "the query of the stream {} was ended on the cluster, and not from here: did "
                     "somebody start the stream elsewhere?",
                     options_.name);
  }

  Status OpenSession() {
    spark::SessionOptions session;
    session.spark_from = 4;
    session.stop = [this] { return GivesUp(); };
    CADENZA_ASSIGN(session_, spark::Session::Open(cluster_, std::move(session)));
    return {};
  }

  Status Start() {
    if (!session_) CADENZA_TRY(OpenSession());
    // Small files are brought together by the writer itself; times in nanoseconds are numbers.
    CADENZA_TRY(session_->Set({{"spark.databricks.delta.optimizeWrite.enabled", "true"},
                               {"spark.databricks.delta.autoCompact.enabled", "true"},
                               {"spark.sql.legacy.parquet.nanosAsLong", "true"},
                               {"spark.sql.streaming.stopActiveRunOnRestart", "true"}}));
    spark::Watching watching;
    watching.name = kWatching;
    watching.observed = {"count(*) AS lines", "count(event_time) AS events",
                         "unix_micros(max(event_time)) AS newest_us"};
    watching.time_column = "event_time";
    watching.delay = SparkDuration(options_.windowing.delay_us);
    CADENZA_TRY(source_->Bind(session_.get(), kEvents, watching, options_.batch_bytes));
    spark::StreamStart start;
    start.sql =
        ClusterWindows(options_.windowing.window, options_.source.groups, kEvents, table_.counted);
    start.name = "cadenza-" + options_.name;
    start.table = engine::ClusterLocation(lake_->root() + "/" + lake::Lake::FolderOf(*windows_));
    start.checkpoint = engine::ClusterLocation(lake_->root() + "/" + CheckpointFolder());
    start.ends = options_.once;
    start.every_seconds = options_.every_seconds;
    CADENZA_ASSIGN(query_, session_->StartStream(start));
    last_seen_ = -1;
    return CatchUp();
  }

  std::string CheckpointFolder() const { return "_cadenza/streams/" + options_.name + "/spark"; }

  /// What the query did while nobody watched it: its batches are done, and nobody counted them.
  Status CatchUp() {
    const QueryLog log(&lake_->store(), CheckpointFolder());
    QueryProgress progress;
    CADENZA_ASSIGN(progress.batch, log.LastBatch());
    const int64_t missed = progress.batch + 1 - checkpoint_->position().batch;
    if (missed <= 0) return {};
    options_.Warn(fmt::format(
        "the query did {} while nobody watched it; stream_batches has one row for that, with files "
        "and windows and without events, late and bad lines",
        missed == 1 ? "a batch" : fmt::format("{} batches", missed)));
    CADENZA_ASSIGN(progress.watermark_us, log.WatermarkBehind(progress.batch));
    CADENZA_ASSIGN(const std::vector<QueryProgress::Taken> taken, log.TakenUpTo(progress.batch));
    CADENZA_ASSIGN(const int64_t files, log.CountFiles(taken));
    progress.windows_open = 1;  // or more: it is not known
    BatchPlan plan;
    BatchEffect effect;
    BatchRecord record;
    record.files = files - files_noted_;
    CADENZA_TRY(Note(progress, &plan, &effect, &record));
    return report_->Beat("working");
  }

  Status TakeProgress() {
    CADENZA_ASSIGN(const std::vector<std::string> texts, query_->Progress(last_seen_));
    for (const std::string& text : texts) {
      CADENZA_ASSIGN(const QueryProgress progress, ParseProgress(text, kWatching));
      report_->IsWell();
      if (!progress.did_run || progress.batch <= last_seen_) continue;
      CADENZA_TRY(Record(progress));
      last_seen_ = progress.batch;
    }
    return {};
  }

  Status Record(const QueryProgress& progress) {
    const QueryLog log(&lake_->store(), CheckpointFolder());
    BatchPlan plan;
    BatchEffect effect;
    BatchRecord record;
    CADENZA_ASSIGN(record.files, log.CountFiles(progress.sources));
    CADENZA_TRY(Note(progress, &plan, &effect, &record));
    report_->SetOpenWindows(progress.windows_open);
    report_->AddBatch(record, record.seconds);
    return report_->Beat("working");
  }

  /// What the cluster has committed is written down; the windows are there already, and are counted
  /// by what the table has grown.
  Status Note(const QueryProgress& progress, BatchPlan* plan, BatchEffect* effect,
              BatchRecord* record) {
    plan->batch = progress.batch + 1;
    record->plan = plan;
    record->effect = effect;
    Watermark& mark = effect->watermark;
    mark = checkpoint_->position().watermark;
    if (progress.watermark_us) mark.us = std::max(mark.us, *progress.watermark_us);
    if (progress.newest_us) {
      mark.max_event_us =
          std::max(mark.max_event_us.value_or(*progress.newest_us), *progress.newest_us);
    }
    effect->rows = progress.events;
    effect->late_rows = progress.dropped;
    effect->has_open_windows = progress.windows_open > 0;
    decode::LineCounts& counts = record->counts.emplace_back();
    counts.good_lines = progress.events;
    counts.quarantined_lines = progress.lines - progress.events;
    record->seconds = progress.seconds;
    CADENZA_ASSIGN(const std::unique_ptr<lake::Run> run,
                   lake::Run::Begin(lake_, lake::TableFormat::kDelta, options_.keep_waiting));
    CADENZA_ASSIGN(const lake::TableState windows, lake_->Load(*windows_));
    effect->windows = windows.rows() - windows_noted_;
    // One that was noted before is not noted again.
    if (plan->batch > checkpoint_->position().batch) {
      BatchCommit commit(lake_, run.get(), options_.name, windows_, *operator_);
      CADENZA_TRY(commit.StageBatch(*record));
      CADENZA_TRY(run->Commit());
      checkpoint_->Advance(*plan, {plan->batch, mark, effect->has_open_windows, /*flushed=*/false});
    }
    windows_noted_ = windows.rows();
    files_noted_ += record->files;
    report_->Show(mark);
    return {};
  }

  /// Tells the world that the watcher lives.
  Status LookAround() {
    if (query_ || !report_->was_well()) report_->IsWell();
    report_->TellHealth();
    return report_->BeatInTime(query_ ? "working" : "waiting");
  }

  lake::Lake* lake_;
  const spark::ConnectionString& cluster_;
  const StreamOptions& options_;
  std::optional<ClusterSource> source_;
  std::optional<WindowTable> agreed_table_;
  WindowTable table_;
  const lake::Model* windows_ = nullptr;
  std::optional<Checkpoint> checkpoint_;
  std::unique_ptr<WindowOperator> operator_;
  std::unique_ptr<spark::Session> session_;
  std::unique_ptr<spark::StreamingQuery> query_;
  int64_t last_seen_ = -1;  ///< batch of the query whose progress was taken
  int64_t windows_noted_ = 0, files_noted_ = 0;
  std::optional<Stopwatch> stop_seen_;
  bool is_watching_ = false;
  std::optional<StreamReport> report_;
};

}  // namespace

Status CheckForCluster(const StreamOptions& options) {
  const auto refuse = [](const char* what, const char* why) {
    return MakeError(ErrorKind::kUsage, "--engine spark has no {}: {}", what, why);
  };
  if (options.windowing.mode == OutputMode::kUpdate) {
    return refuse("--mode update", "Spark appends windows when they are final");
  }
  if (options.windowing.correct_within_us != 0) {
    return refuse("--late correct", "Spark drops what comes for a final window");
  }
  if (options.source.schema != SchemaMode::kAdd) {
    return refuse("--schema rescue or fail", "Spark passes over fields that it was not told of");
  }
  if (options.max_bad >= 0) {
    return refuse("--max-bad", "a batch is committed when the bad lines are known");
  }
  if (!options.backfill) {
    return refuse("--no-backfill", "Spark begins with the files that are there");
  }
  for (const std::string& path : options.source.paths) {
    if (!IsKafkaAddress(path)) continue;
    return MakeError(ErrorKind::kUsage,
                     "--engine spark takes files; for topics Spark needs a connector that clusters "
                     "have not by themselves, and the embedded engine needs none: {}",
                     path);
  }
  return {};
}

Result<StreamSummary> RunClusterStream(lake::Lake* lake, const spark::ConnectionString& cluster,
                                       const StreamOptions& options) {
  return ClusterStream(lake, cluster, options).Work();
}

}  // namespace cadenza::stream
