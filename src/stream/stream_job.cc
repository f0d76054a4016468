#include "stream/stream_job.h"

#include <algorithm>

#include "base/clock.h"
#include "base/unique_id.h"
#include "delta/partition_value.h"
#include "lake/run.h"
#include "storage/scratch_folder.h"
#include "stream/batch_commit.h"
#include "stream/checkpoint.h"
#include "stream/definition.h"
#include "stream/folder_source.h"
#include "stream/folder_watch.h"
#include "stream/kafka_source.h"
#include "stream/relations.h"
#include "stream/stream_report.h"

namespace cadenza::stream {
namespace {

constexpr double kShortestWaitSeconds = 1;
constexpr int kJobTriesMax = 10;

std::string EmptyRows(int groups) {
  std::string columns;
  for (int g = 1; g <= groups; ++g)
    columns += fmt::format(", CAST(NULL AS VARCHAR) AS group_{}", g);
  return fmt::format(
      "SELECT CAST(NULL AS BIGINT) AS event_us, CAST(NULL AS VARCHAR) AS customer_id{}, CAST(NULL "
      "AS "
      "VARCHAR) AS _file, CAST(NULL AS BIGINT) AS _offset WHERE false",
      columns);
}

/// One call of RunStream.
class Stream {
 public:
  Stream(lake::Lake* lake, const StreamOptions& options)
      : lake_(lake), engine_(&lake->engine()), options_(options) {}

  Result<StreamSummary> Work() {
    const Stopwatch watch;
    CADENZA_TRY(Open());
    while (!options_.Stops()) {
      CADENZA_ASSIGN(const std::optional<BatchPlan> plan, NextPlan());
      if (plan) {
        CADENZA_TRY(WorkOn(*plan));
      } else if (options_.once) {
        break;
      } else {
        CADENZA_TRY(Rest());
      }
    }
    return report_->Finish(watch.seconds());
  }

 private:
  Status Open() {
    CADENZA_ASSIGN(Checkpoint checkpoint, Checkpoint::Open(lake_, options_.name));
    checkpoint_.emplace(std::move(checkpoint));
    SourceOptions source = options_.source;
    CADENZA_ASSIGN(const Agreement agreed, Agreed(&*checkpoint_, options_));
    source.kind = agreed.kind;
    source.is_new = checkpoint_->position().batch == 0;
    report_.emplace(options_, &*checkpoint_);
    if (agreed.table) CADENZA_TRY(WriteTo(*agreed.table));
    source.should_stop = options_.should_stop;
    source.first_columns = [this](const std::vector<std::string>& columns) {
      return checkpoint_->ColumnsOrElse(columns);
    };
    if (IsKafkaAddress(source.paths.front())) {
      CADENZA_ASSIGN(source_, KafkaSource::Open(lake_, std::move(source)));
    } else {
      source_ = std::make_unique<FolderSource>(lake_, std::move(source), /*waits=*/!options_.once);
    }
    return {};
  }

  Status WriteTo(const WindowTable& table) {
    table_ = table;
    CADENZA_ASSIGN(windows_, lake_->Declare(WindowModel(options_, table)));
    report_->SetTable(*windows_);
    return {};
  }

  /// What a stream counts, and so the name of its table, follows from the kind of its source, which
  /// the first files tell.
  Status DecideTable() {
    if (windows_) return {};
    const WindowTable table = TableOf(options_, source_->Kind());
    CADENZA_TRY(checkpoint_->CheckTableIsFree(table.name));
    return WriteTo(table);
  }

  /// What an earlier process began comes first, then what is new, then a flush.
  Result<std::optional<BatchPlan>> NextPlan() {
    CADENZA_ASSIGN(std::vector<Part> parts, source_->List());
    CADENZA_ASSIGN(std::optional<BatchPlan> pending, checkpoint_->Pending());
    if (pending) {
      if (IsThere(*pending, parts)) return pending;
      options_.Warn(
          fmt::format("batch {} was begun with files that are gone or changed since; nothing of it "
                      "was committed, and it is made up anew",
                      pending->batch));
      CADENZA_TRY(checkpoint_->Drop(*pending));
    }
    BatchPlan plan;
    plan.batch = checkpoint_->position().batch + 1;
    plan.id = UniqueId();
    plan.skip = !options_.backfill && checkpoint_->position().batch == 0;
    const bool all = source_->has_offsets() ? ChooseOffsets(parts, plan.skip, &plan.parts)
                                            : Choose(parts, plan.skip, &plan.parts);
    const bool is_last = options_.once && options_.flush && all && !plan.skip;
    const StreamPosition& position = checkpoint_->position();
    const bool wants_flush = position.has_open_windows && !position.flushed;
    plan.flush = is_last && (!plan.parts.empty() || wants_flush);
    // Where nothing is left aside either, that is noted: what comes later is not of before.
    if (plan.parts.empty() && !plan.flush && !plan.skip) return std::optional<BatchPlan>();
    CADENZA_TRY(checkpoint_->Write(plan));
    return std::optional(std::move(plan));
  }

  /// Of offsets, whether the range is still held.
  bool IsThere(const BatchPlan& plan, const std::vector<Part>& parts) const {
    const auto holds = [&](const Part& taken) {
      return std::ranges::any_of(parts, [&](const Part& part) {
        if (!source_->has_offsets()) return part == taken;
        return part.name == taken.name && part.first <= taken.first && part.end >= taken.end;
      });
    };
    return std::ranges::all_of(plan.parts, holds);
  }

  /// What lies behind the messages taken before, up to the size of a batch; true when that is all.
  bool ChooseOffsets(const std::vector<Part>& parts, bool everything, std::vector<Part>* chosen) {
    constexpr int64_t kMessagesMax = 500'000;
    bool all = true;
    for (Part part : parts) {
      const int64_t next = checkpoint_->EndOf(part.name).value_or(part.first);
      if (next < part.first && warned_.insert(part.name).second) {
        options_.Warn(
            fmt::format("{}: {} messages from offset {} on are gone before they were taken",
                        part.name, part.first - next, next));
      }
      part.first = std::max(part.first, next);
      if (!everything && part.end - part.first > kMessagesMax) {
        part.end = part.first + kMessagesMax;
        all = false;
      }
      if (part.first < part.end) chosen->push_back(std::move(part));
    }
    return all;
  }

  /// New parts up to the size of a batch; true when these are all.
  bool Choose(const std::vector<Part>& parts, bool everything, std::vector<Part>* chosen) {
    int64_t bytes = 0;
    const int64_t settled_ms = NowMs() - static_cast<int64_t>(options_.settle_seconds * 1000);
    for (const Part& part : parts) {
      if (checkpoint_->IsTaken(part)) {
        if (checkpoint_->HasChanged(part) && warned_.insert(part.name).second) {
          options_.Warn("a file changed after it was taken, and is not read again: " + part.name);
        }
        continue;
      }
      if (std::ranges::count(damaged_, part) > 0) continue;
      if (!options_.once && !everything && part.modified_ms > settled_ms) {
        unsettled_ = true;
        continue;
      }
      const int64_t part_bytes = source_->PlainBytes(part);
      if (!everything && !chosen->empty() && bytes + part_bytes > options_.batch_bytes) {
        return false;
      }
      bytes += part_bytes;
      chosen->push_back(part);
    }
    return true;
  }

  Status Rest() {
    if (!report_->has_beaten() && checkpoint_->position().batch == 0) {
      options_.Warn("nothing to take yet; waiting at " + options_.source.paths.front());
    }
    report_->IsWell();
    report_->TellHealth();
    CADENZA_TRY(report_->BeatInTime("waiting"));
    watch_.Watch(source_->Folders());
    const bool at_once = options_.every_seconds <= 0;
    double seconds = at_once ? kShortestWaitSeconds : options_.every_seconds;
    if (unsettled_) seconds = std::min(seconds, std::max(options_.settle_seconds, 0.1));
    unsettled_ = false;
    watch_.Wait(seconds, at_once, [this] { return options_.Stops(); });
    return {};
  }

  /// Other runs on the lake, and a store that does not answer, are waited for.
  Status WorkOn(const BatchPlan& plan) {
    for (int tries = 1;; ++tries) {
      Status done = Process(plan);
      if (done.ok()) return {};
      operator_.reset();  // it may know windows of a batch that did not come to be
      CADENZA_ASSIGN(const bool is_smaller, SetDamagedAside(plan, done.error()));
      if (is_smaller) return {};
      if (options_.Stops()) return {};
      const bool may_pass =
          done.error().kind == ErrorKind::kIo || done.error().kind == ErrorKind::kConflict;
      if (!may_pass) static_cast<void>(GiveUp(plan));
      if (!may_pass || options_.once || tries == kJobTriesMax) return done;
      CADENZA_TRY(checkpoint_->CheckUnchanged());
      report_->AddFailure();
      options_.Warn(fmt::format("batch {} is tried again: {}", plan.batch, done.error().message));
      watch_.Wait(std::min(30.0, 0.2 * (1 << tries)), false, [this] { return options_.Stops(); });
      if (options_.Stops()) return {};
    }
  }

  /// A file that is cut or damaged does not keep its neighbours away: the batch is made up anew
  /// without it, and it is taken when it has changed.
  Result<bool> SetDamagedAside(const BatchPlan& plan, const Error& error) {
    const bool may_be = error.kind == ErrorKind::kInput || error.kind == ErrorKind::kIo;
    if (!may_be || source_->has_offsets() || plan.parts.empty()) return false;
    CADENZA_ASSIGN(const auto damaged, source_->Damaged(plan.parts));
    for (const Part& part : plan.parts) {
      const auto found = damaged.find(part.name);
      if (found == damaged.end()) continue;
      damaged_.push_back(part);
      report_->AddDamaged(part.name);
      options_.Warn(fmt::format("a damaged file is set aside until it changes: {}: {}", part.name,
                                found->second));
    }
    if (damaged.empty()) return false;
    CADENZA_TRY(GiveUp(plan));
    return true;
  }

  /// The batch will not be made; with the first one goes the definition.
  Status GiveUp(const BatchPlan& plan) {
    has_definition_ = false;
    return checkpoint_->GiveUp(plan);
  }

  Status Process(const BatchPlan& plan) {
    const Stopwatch watch;
    CADENZA_TRY(lake_->Refresh());
    CADENZA_ASSIGN(const std::unique_ptr<ScratchFolder> scratch,
                   ScratchFolder::Make("cadenza-stream-"));
    if (!operator_) operator_ = WindowOperator::Make(engine_, options_.windowing);
    const StreamPosition& before = checkpoint_->position();
    BatchEffect effect;
    BatchRecord record;
    record.plan = &plan;
    record.effect = &effect;
    if (plan.skip) {
      CADENZA_TRY(BindNothing());
    } else if (plan.parts.empty()) {
      CADENZA_TRY(BindNothing());
    } else {
      CADENZA_TRY(source_->Bind(plan.parts, scratch->path()));
      CADENZA_TRY(DecideTable());
    }
    CADENZA_TRY(BindState());
    CADENZA_ASSIGN(effect, operator_->Advance(before.watermark, plan.flush, NowMs() * 1000));
    if (!plan.skip && !plan.parts.empty()) {
      CADENZA_ASSIGN(record.counts, source_->Counts(effect.may_have_untimed));
      CADENZA_ASSIGN(record.rescued, source_->Rescued());
      CADENZA_TRY(CheckBadShare(record));
      CADENZA_TRY(KeepDefinition());
    }
    record.newest_before_us = before.watermark.max_event_us.value_or(0);
    // An empty flush of what was flushed changes nothing of that.
    record.flushed = plan.flush;
    return Commit(plan, &record, watch);
  }

  Status Commit(const BatchPlan& plan, BatchRecord* record, const Stopwatch& watch) {
    CADENZA_ASSIGN(std::unique_ptr<lake::Run> run,
                   lake::Run::Begin(lake_, lake_->manifest().format, options_.keep_waiting));
    CADENZA_TRY(checkpoint_->CheckUnchanged());
    CADENZA_ASSIGN(record->quarantined, plan.skip || plan.parts.empty()
                                            ? Result<std::string>(std::string())
                                            : source_->Quarantined(run->number()));
    record->seconds = watch.seconds();
    {
      BatchCommit commit(lake_, run.get(), options_.name, windows_, *operator_);
      CADENZA_TRY(commit.Stage(*record));
    }
    CADENZA_TRY(run->Commit());
    run.reset();  // who hears of the batch may begin a run of its own
    StreamPosition position;
    position.batch = plan.batch;
    position.watermark = record->effect->watermark;
    position.has_open_windows = record->effect->has_open_windows;
    position.flushed = record->flushed;
    checkpoint_->Advance(plan, position);
    report_->AddBatch(*record, watch.seconds());
    return report_->Beat("working");
  }

  Status BindNothing() {
    const std::string empty = EmptyRows(options_.windowing.groups);
    CADENZA_TRY(engine_->BindQuery(kRows, empty));
    return engine_->BindQuery(kRowsAgain, empty);
  }

  Status BindState() {
    CADENZA_ASSIGN(const lake::TableState state, lake_->Load(*lake_->FindTable("stream_state")));
    return engine_->BindFiles(kStateBefore, state.RelationOf([&](const delta::AddFile& file) {
      return delta::PartitionValue(file.partition_values, "stream") == options_.name;
    }));
  }

  /// Once the kind of the source is known.
  Status KeepDefinition() {
    if (has_definition_) return {};
    CADENZA_ASSIGN(const std::string stored,
                   checkpoint_->DefinitionOrElse(DefinitionOf(options_, source_->Kind(), table_)));
    has_definition_ = true;
    return CheckDefinition(stored, options_, table_);
  }

  Status CheckBadShare(const BatchRecord& record) const {
    if (options_.max_bad < 0) return {};
    int64_t lines = 0;
    for (const decode::LineCounts& part : record.counts) lines += part.total_lines();
    const int64_t bad = record.quarantined_lines();
    if (lines == 0 || static_cast<double>(bad) <= options_.max_bad * static_cast<double>(lines)) {
      return {};
    }
    return MakeError(ErrorKind::kInput,
                     "{} of {} lines are bad (allowed {:.3f} %); batch {} was not committed, its "
                     "first file: {}",
                     bad, lines, options_.max_bad * 100, record.plan->batch,
                     record.plan->parts.front().name);
  }

  lake::Lake* lake_;
  engine::Engine* engine_;
  const StreamOptions& options_;
  WindowTable table_;
  const lake::Model* windows_ = nullptr;  ///< until the first files are seen
  std::optional<Checkpoint> checkpoint_;
  std::unique_ptr<Source> source_;
  std::unique_ptr<WindowOperator> operator_;
  FolderWatch watch_;
  std::set<std::string> warned_;
  std::vector<Part> damaged_;  ///< as they were
  bool unsettled_ = false, has_definition_ = false;
  std::optional<StreamReport> report_;
};

}  // namespace

std::string InstantText(std::optional<int64_t> us) {
  return us ? UtcText(*us / 1000, "%Y-%m-%d %H:%M:%SZ") : "none yet";
}

Result<StreamSummary> RunStream(lake::Lake* lake, const StreamOptions& options) {
  return Stream(lake, options).Work();
}

}  // namespace cadenza::stream
