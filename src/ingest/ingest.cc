#include "ingest/ingest.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/clock.h"
#include "ingest/cluster_events.h"
#include "ingest/forgotten.h"
#include "ingest/rectifications.h"
#include "ingest/source_selection.h"
#include "sources/time_unit.h"
#include "storage/scratch_folder.h"

namespace cadenza::ingest {
namespace {

/// One ingest from listing to staging; lives for one call.
class Ingestion {
 public:
  Ingestion(lake::Lake* lake, lake::Run* run, lake::ClusterExchange* exchange,
            const IngestOptions& options)
      : lake_(lake), run_(run), options_(options), engine_(&lake->engine().here()) {
    if (exchange) cluster_.emplace(&lake->engine(), exchange);
  }

  Result<IngestResult> Work() {
    CADENZA_ASSIGN(spool_, ScratchFolder::Make("cadenza-"));
    if (!options_.full_refresh) {
      CADENZA_ASSIGN(ledger_, Ledger::Read(*lake_));
    }
    CADENZA_ASSIGN(forgotten_, Forgotten::Read(*lake_));
    CADENZA_ASSIGN(rectified_, Rectifications::Read(*lake_));
    CADENZA_ASSIGN(logs_, SelectSources(options_.logs, Source::kLogs, ledger_,
                                        options_.full_refresh, engine_, lake_->s3()));
    CADENZA_ASSIGN(songs_, SelectSources(options_.songs, Source::kSongs, ledger_,
                                         options_.full_refresh, engine_, lake_->s3()));
    if (cluster_) CADENZA_TRY(ClusterEvents::CheckSources(logs_.files));
    bytes_in_all_ = logs_.stored_bytes + songs_.stored_bytes;
    result_.log_totals.files_known = logs_.known;
    result_.song_totals.files_known = songs_.known;
    CADENZA_TRY(ReadSongs());
    CADENZA_TRY(ReadLogs());
    CADENZA_TRY(CheckBadShare());
    CADENZA_TRY(Deduplicate(Source::kSongs));
    CADENZA_TRY(Deduplicate(Source::kLogs));
    CADENZA_TRY(CheckBalance());
    CADENZA_TRY(StageQuarantine());
    CADENZA_TRY(StageLedger());
    CADENZA_TRY(StageSkipped());
    return std::move(result_);
  }

 private:
  /// What one source has in flight between its scan and its deduplication.
  struct Reading {
    lake::TableState before;
    std::vector<engine::WrittenFile> staged;
    std::unique_ptr<Findings> findings;
  };

  Selection& selection(Source source) { return source == Source::kLogs ? logs_ : songs_; }
  Reading& reading(Source source) { return source == Source::kLogs ? log_reading_ : song_reading_; }
  SourceTotals& totals(Source source) {
    return source == Source::kLogs ? result_.log_totals : result_.song_totals;
  }
  const lake::Model& model(Source source) const {
    return *lake::FindModel(source == Source::kLogs ? "events" : "song_records");
  }

  /// With --full-refresh nothing of before counts, but its files have to go.
  Result<lake::TableState> Before(const lake::Model& model) {
    CADENZA_ASSIGN(lake::TableState state, lake_->Load(model));
    if (options_.full_refresh) state.files.clear();
    return state;
  }

  using WriteRows = std::function<Result<std::vector<engine::WrittenFile>>(Findings*)>;
  Status Scan(Source source, const WriteRows& write_rows) {
    const Stopwatch watch;
    Reading& state = reading(source);
    CADENZA_ASSIGN(state.before, Before(model(source)));
    state.findings = std::make_unique<Findings>(
        source, run_->number(), selection(source).files,
        spool_->File(fmt::format("quarantine-{}.json", SourceName(source))));
    state.findings->set_progress([this](int64_t bytes) {
      const int64_t done = bytes_done_.fetch_add(bytes) + bytes;
      if (options_.progress) options_.progress(done, bytes_in_all_);
    });
    if (!selection(source).files.empty()) {
      CADENZA_ASSIGN(state.staged, write_rows(state.findings.get()));
    }
    CADENZA_TRY(state.findings->CloseSpool());
    if (!forgotten_.empty() && source == Source::kLogs) {
      CADENZA_ASSIGN(const int64_t taken, RowsTaken(state));
      totals(source).forgotten = state.findings->total().good_lines - taken;
    }
    EnterLedger(source);
    totals(source).seconds = watch.seconds();
    return {};
  }

  Result<int64_t> RowsTaken(const Reading& state) {
    int64_t rows = 0;
    if (cluster_ && !logs_.files.empty()) return cluster_->CountStaged();
    for (const auto& file : state.staged) rows += file.rows;
    return rows;
  }

  Status ReadSongs() {
    return Scan(
        Source::kSongs, [this](Findings* findings) -> Result<std::vector<engine::WrittenFile>> {
          engine::SongScan scan;
          scan.files = songs_.files;
          scan.limits = options_.limits;
          scan.observer = findings;
          CADENZA_TRY(engine_->BindSongScan("song_lines", &scan));
          const lake::Model& target = model(Source::kSongs);
          return engine_->Write(run_->Request(target, target.partition_columns, target.select));
        });
  }

  Status ReadLogs() {
    CADENZA_ASSIGN(units_, sources::UnitsOf(logs_.files, options_.ts_unit, engine_, UnitsTaken()));
    return Scan(
        Source::kLogs, [this](Findings* findings) -> Result<std::vector<engine::WrittenFile>> {
          engine::EventScan scan;
          scan.files = logs_.files;
          scan.units = units_;
          scan.limits = options_.limits;
          scan.observer = findings;
          const lake::Model& target = model(Source::kLogs);
          if (cluster_) {
            CADENZA_TRY(cluster_->Read(scan, target, {forgotten_, rectified_}, findings));
            result_.odd_lines = cluster_->odd_lines();
            return std::vector<engine::WrittenFile>();
          }
          CADENZA_TRY(engine_->BindEventScan("event_lines", &scan));
          return engine_->Write(run_->Request(target, target.partition_columns,
                                              rectified_.Applied(Known(target.select), target)));
        });
  }

  std::string Known(const std::string& select) const {
    return forgotten_.WithoutRescued(forgotten_.WithoutEvents(select));
  }

  /// By file; where the unit is to be guessed.
  std::map<std::string, sources::UnitTaken> UnitsTaken() const {
    std::map<std::string, sources::UnitTaken> taken;
    if (options_.ts_unit != "auto") return taken;
    for (const SourceFile& file : logs_.files) {
      const LedgerEntry* before = ledger_.Find(Source::kLogs, file.name);
      const auto unit = before ? sources::UnitNamed(before->ts_unit) : std::nullopt;
      if (unit) taken[file.name] = {*unit, before->counts.good_lines + before->duplicate_lines};
    }
    return taken;
  }

  void EnterLedger(Source source) {
    const std::vector<SourceFile>& files = selection(source).files;
    const auto& counts = reading(source).findings->counts();
    for (size_t f = 0; f < files.size(); ++f) {
      LedgerEntry entry;
      entry.file = files[f].name;
      entry.source = source;
      entry.run = run_->number();
      entry.stored_bytes = files[f].size_bytes;
      entry.modified_ms = files[f].modified_ms;
      entry.counts = counts[f];
      if (source == Source::kLogs) {
        entry.ts_unit = sources::UnitName(units_[f]);
        if (options_.ts_unit == "auto") result_.units_taken[entry.file] = entry.ts_unit;
      }
      files_read_[source].insert(entry.file);
      ledger_.Put(std::move(entry));
    }
  }

  /// What was cut while it was read, and what could not be opened at all.
  void ListDamaged() {
    for (Source source : {Source::kLogs, Source::kSongs}) {
      for (DamagedFile& file : reading(source).findings->damaged()) {
        result_.damaged.push_back(std::move(file));
      }
      for (const SkippedFile& file : selection(source).skipped) {
        const bool is_damaged = file.reason.find("damaged") != std::string::npos ||
                                file.reason.find("cannot be read") != std::string::npos;
        if (is_damaged) result_.damaged.push_back({file.name, file.reason, 0});
      }
    }
  }

  /// Nobody knows how many lines are missing: more than any limit.
  Status CheckDamaged() const {
    if (result_.damaged.empty() || options_.max_bad < 0 || options_.allow_damaged) return {};
    const DamagedFile& first = result_.damaged.front();
    return MakeError(ErrorKind::kInput,
                     "{} damaged, so the share of bad lines is not known; nothing was committed "
                     "(--allow-damaged takes what can be read): {}: {}",
                     result_.damaged.size() == 1
                         ? "a file is"
                         : fmt::format("{} files are", result_.damaged.size()),
                     first.file, first.reason);
  }

  /// A half-written line in a folder of which all else was read before is no other source.
  bool NoneIsGood(Source source) {
    const decode::LineCounts sum = reading(source).findings->total();
    return sum.good_lines == 0 && sum.quarantined_lines > 0 && selection(source).known == 0;
  }

  /// A source of which no line can be read is another one, or no source.
  Status CheckSomeIsGood() {
    if (options_.max_bad >= 1) return {};
    for (Source source : {Source::kLogs, Source::kSongs}) {
      const decode::LineCounts sum = reading(source).findings->total();
      if (!NoneIsGood(source)) continue;
      const Offender& bad = reading(source).findings->first_offenders().front();
      return MakeError(ErrorKind::kInput,
                       "none of {} lines is a record of {}; nothing was committed (--max-bad 100% "
                       "takes them into quarantine). The first:\n  {} at byte {}: {}{}{}{}",
                       sum.quarantined_lines, SourceName(source), bad.file, bad.offset, bad.reason,
                       bad.detail.empty() ? "" : ": ", bad.detail,
                       NoneIsGood(Source::kLogs) && NoneIsGood(Source::kSongs)
                           ? "\nAre --songs and --logs swapped?"
                           : "");
    }
    return {};
  }

  Status CheckBadShare() {
    ListDamaged();
    CADENZA_TRY(CheckDamaged());
    CADENZA_TRY(CheckSomeIsGood());
    decode::LineCounts sum = reading(Source::kLogs).findings->total();
    sum.Add(reading(Source::kSongs).findings->total());
    if (options_.max_bad < 0 || sum.total_lines() == 0) return {};
    const double share =
        static_cast<double>(sum.quarantined_lines) / static_cast<double>(sum.total_lines());
    if (share <= options_.max_bad) return {};
    std::string offenders;
    for (Source source : {Source::kLogs, Source::kSongs}) {
      for (const Offender& bad : reading(source).findings->first_offenders()) {
        offenders += fmt::format("\n  {} at byte {}: {}{}{}", bad.file, bad.offset, bad.reason,
                                 bad.detail.empty() ? "" : ": ", bad.detail);
      }
    }
    return MakeError(ErrorKind::kInput,
                     "{} of {} lines are bad ({:.3f} %, allowed {:.3f} %); nothing was committed. "
                     "The first:{}",
                     sum.quarantined_lines, sum.total_lines(), share * 100, options_.max_bad * 100,
                     offenders);
  }

  Status Deduplicate(Source source) {
    const Stopwatch watch;
    Reading& state = reading(source);
    BronzeChange& change = source == Source::kLogs ? result_.events : result_.songs;
    if (cluster_ && source == Source::kLogs) {
      const bool all = options_.full_refresh || run_->has_to_heal();
      CADENZA_ASSIGN(change, cluster_->Resolve(model(source), state.before, all,
                                               files_read_[source], &ledger_));
    } else if (selection(source).files.empty()) {
      change.before = state.before;
    } else {
      Deduplication deduplication(run_, engine_, model(source), source);
      CADENZA_ASSIGN(change, deduplication.Resolve(state.before, std::move(state.staged),
                                                   *state.findings, files_read_[source], &ledger_));
    }
    lake::TableChange staged = change.change;
    staged.remove_all = options_.full_refresh;
    CADENZA_ASSIGN(lake::TableState before, lake_->Load(model(source)));
    run_->Stage(model(source), before, model(source).partition_columns, staged);
    SumUp(source, change);
    totals(source).seconds += watch.seconds();
    return {};
  }

  void SumUp(Source source, const BronzeChange& change) {
    SourceTotals& sum = totals(source);
    for (const SourceFile& file : selection(source).files) {
      const LedgerEntry& entry = *ledger_.Find(source, file.name);
      ++sum.files;
      sum.good += entry.counts.good_lines;
      sum.duplicate += entry.duplicate_lines;
      sum.quarantined += entry.counts.quarantined_lines;
      sum.blank += entry.counts.blank_lines;
      sum.lines += entry.counts.total_lines() + entry.duplicate_lines;
      sum.good_bytes += entry.counts.good_bytes;
      sum.duplicate_bytes += entry.duplicate_bytes;
      sum.quarantined_bytes += entry.counts.quarantined_bytes;
      sum.blank_bytes += entry.counts.blank_bytes;
      sum.bom_bytes += entry.counts.bom_bytes;
      sum.bytes += entry.size_bytes();
    }
    sum.conflict = change.conflicts;
  }

  /// Plain files are as long as their stored size: a line that nobody counted would show here.
  Status CheckBalance() {
    for (Source source : {Source::kLogs, Source::kSongs}) {
      for (const SourceFile& file : selection(source).files) {
        const LedgerEntry& entry = *ledger_.Find(source, file.name);
        const bool plain = file.compression == Compression::kNone;
        if (entry.counts.good_bytes >= 0 && (!plain || entry.size_bytes() == file.size_bytes)) {
          continue;
        }
        return MakeError(ErrorKind::kInternal,
                         "the ledger does not balance: {} of {} bytes are accounted for in {} "
                         "(did the file change while it was read?)",
                         entry.size_bytes(), file.size_bytes, file.name);
      }
    }
    return {};
  }

  /// `rows`: how many the file has to hold. A stream of bytes that could not be read to its end
  /// looks as if it were shorter.
  Status StageRows(std::string_view table, const std::string& ndjson, int64_t rows, bool replace,
                   const std::string& where = "true") {
    const lake::Model& target = *lake::FindModel(table);
    CADENZA_ASSIGN(const lake::TableState before, lake_->Load(target));
    lake::TableChange change;
    change.remove_all = replace || options_.full_refresh;
    if (!ndjson.empty()) {
      CADENZA_TRY(engine_->LoadRows("rows_made", target.engine_columns(), ndjson));
      CADENZA_ASSIGN(const engine::RowSet loaded, engine_->Query("SELECT count(*) FROM rows_made"));
      if (loaded.Number() != rows) {
        return MakeError(ErrorKind::kIo, "{} rows of {} could be read of {} that were written: {}",
                         loaded.Number(), table, rows, ndjson);
      }
      CADENZA_ASSIGN(change.added, engine_->Write(run_->Request(
                                       target, {}, "SELECT * FROM rows_made WHERE " + where)));
      CADENZA_TRY(engine_->Drop("rows_made"));
    }
    if (change.added.empty() && before.files.empty()) change.remove_all = false;
    run_->Stage(target, before, {}, std::move(change));
    return {};
  }

  Status StageQuarantine() {
    const std::string all = spool_->File("quarantine.json");
    std::ofstream joined(all, std::ios::binary);
    int64_t rows = 0;
    for (Source source : {Source::kLogs, Source::kSongs}) {
      const Findings& findings = *reading(source).findings;
      if (findings.quarantined_rows() == 0) continue;
      rows += findings.quarantined_rows();
      joined << std::ifstream(findings.spool_path(), std::ios::binary).rdbuf();
    }
    joined.close();
    if (!joined) return MakeError(ErrorKind::kIo, "cannot write {}", all);
    CADENZA_ASSIGN(const bool replaces, ForgetQuarantineOfFilesReadAgain(all, &rows));
    std::string taken = fmt::format("(source <> 'logs' OR {})", forgotten_.RawIsClean("raw"));
    if (rows > 0 && !replaces && !options_.full_refresh) {
      CADENZA_TRY(BindQuarantineBefore());
      taken +=
          " AND NOT EXISTS (SELECT 1 FROM quarantine_before AS b WHERE b._file = rows_made._file"
          " AND b._offset = rows_made._offset)";
    }
    return StageRows("quarantine", rows > 0 ? all : "", rows, replaces, taken);
  }

  /// A stream that read the same files may have found the same bad lines.
  Status BindQuarantineBefore() {
    CADENZA_ASSIGN(const lake::TableState before, lake_->Load(*lake::FindModel("quarantine")));
    return engine_->BindFiles("quarantine_before", before.Relation());
  }

  /// A file that is read again brings its bad lines again: the rows of before would stand twice.
  Result<bool> ForgetQuarantineOfFilesReadAgain(const std::string& path, int64_t* rows) {
    if (!ledger_.has_replacements() || options_.full_refresh) return false;
    CADENZA_TRY(BindQuarantineBefore());
    CADENZA_ASSIGN(const engine::RowSet kept,
                   engine_->Query("SELECT _file, _offset, _length, source, reason, detail, raw,"
                                  " raw_cut, run FROM quarantine_before"));
    bool replaces = false;
    const auto was_read_again = [&](const auto& row) {
      return files_read_[row[3] == "songs" ? Source::kSongs : Source::kLogs].contains(
          row[0].value_or(""));
    };
    for (const auto& row : kept.rows) replaces |= was_read_again(row);
    if (!replaces) return false;
    std::ofstream file(path, std::ios::binary | std::ios::app);
    for (const auto& row : kept.rows) {
      if (was_read_again(row)) continue;
      nlohmann::json line;
      for (size_t c = 0; c < kept.columns.size(); ++c) {
        if (row[c]) line[kept.columns[c].name] = *row[c];
      }
      file << line.dump() << '\n';
      ++*rows;
    }
    file.close();
    if (!file) return MakeError(ErrorKind::kIo, "cannot write {}", path);
    return true;
  }

  Status StageLedger() {
    const std::string path = spool_->File("ledger.json");
    std::ofstream file(path, std::ios::binary);
    const bool replace = ledger_.has_replacements();
    if (replace) {
      for (const LedgerEntry* entry : ledger_.All()) file << entry->ToJson() << '\n';
    } else {
      for (const LedgerEntry* entry : ledger_.Added()) file << entry->ToJson() << '\n';
    }
    file.close();
    if (!file) return MakeError(ErrorKind::kIo, "cannot write {}", path);
    const auto rows = std::ssize(replace ? ledger_.All() : ledger_.Added());
    return StageRows("ledger", replace || rows > 0 ? path : "", rows, replace);
  }

  /// A file that was skipped before and could be read now is none any more.
  Status StageSkipped() {
    CADENZA_ASSIGN(const lake::TableState before, lake_->Load(*lake::FindModel("skipped_files")));
    std::set<std::string> known;
    std::vector<nlohmann::json> kept, added;
    bool some_were_read = false;
    if (before.exists && !options_.full_refresh) {
      CADENZA_TRY(engine_->BindFiles("skipped_before", before.Relation()));
      CADENZA_ASSIGN(const engine::RowSet rows,
                     engine_->Query("SELECT _file, source, reason, run FROM skipped_before"));
      for (size_t r = 0; r < rows.rows.size(); ++r) {
        const Source source = rows.Text(r, 1) == "songs" ? Source::kSongs : Source::kLogs;
        if (files_read_[source].contains(rows.Text(r, 0))) {
          some_were_read = true;
          continue;
        }
        known.insert(rows.Text(r, 0));
        kept.push_back({{"_file", rows.Text(r, 0)},
                        {"source", rows.Text(r, 1)},
                        {"reason", rows.Text(r, 2)},
                        {"run", rows.Number(r, 3)}});
      }
    }
    for (Source source : {Source::kLogs, Source::kSongs}) {
      result_.skipped += static_cast<int64_t>(selection(source).skipped.size());
      for (const SkippedFile& skipped : selection(source).skipped) {
        if (!known.insert(skipped.name).second) continue;
        added.push_back({{"_file", skipped.name},
                         {"source", SourceName(source)},
                         {"reason", skipped.reason},
                         {"run", run_->number()}});
      }
    }
    result_.skipped_others = some_were_read || !added.empty();
    if (some_were_read) added.insert(added.end(), kept.begin(), kept.end());
    const std::string path = spool_->File("skipped.json");
    std::ofstream file(path, std::ios::binary);
    for (const nlohmann::json& row : added) {
      file << row.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    }
    file.close();
    if (!file) return MakeError(ErrorKind::kIo, "cannot write {}", path);
    return StageRows("skipped_files", added.empty() ? "" : path, std::ssize(added), some_were_read);
  }

  lake::Lake* lake_;
  lake::Run* run_;
  const IngestOptions& options_;
  engine::Engine* engine_;  ///< of this machine
  std::optional<ClusterEvents> cluster_;
  std::unique_ptr<ScratchFolder> spool_;
  Ledger ledger_;
  Forgotten forgotten_;
  Rectifications rectified_;
  Selection logs_, songs_;
  Reading log_reading_, song_reading_;
  std::vector<decode::TimeUnit> units_;
  std::map<Source, std::set<std::string>> files_read_;
  std::atomic<int64_t> bytes_done_{0};
  int64_t bytes_in_all_ = 0;
  IngestResult result_;
};

}  // namespace

Result<IngestResult> Ingest(lake::Lake* lake, lake::Run* run, lake::ClusterExchange* exchange,
                            const IngestOptions& options) {
  return Ingestion(lake, run, exchange, options).Work();
}

}  // namespace cadenza::ingest
