#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/nearest_name.h"
#include "cli/command.h"
#include "cli/engine_choice.h"
#include "cli/etl_summary.h"
#include "cli/flag_values.h"
#include "cli/message_text.h"
#include "cli/own_model_flags.h"
#include "cli/progress.h"
#include "cli/s3_flags.h"
#include "cli/text_checks.h"
#include "ingest/source_selection.h"
#include "warehouse/etl.h"
#include "warehouse/match_quality.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;

constexpr const char* kEtlExamples = R"help(Examples:
  cadenza etl --songs song_data --logs log_data --out lake
      folders, nested or flat; run it again tomorrow and only new files are read
  cadenza etl --songs song-data.zip --logs 'log_data/2018/*/*.json' --out lake --max-bad 0.1%
      archives and globs; fails before anything is committed when 0.1 % of the lines are bad
  cadenza etl --config dl.cfg --out lake --partition songs=year --json
      the predecessor's settings file; fewer, larger files for songs; summary as JSON
  cadenza etl --songs s3://raw/song_data --logs 's3://raw/log_data/2018/*/*.json' --out s3://lakes/plays
      sources and lake on S3; --endpoint http://127.0.0.1:9000 for a server that is not AWS
  cadenza etl --songs /mnt/song_data --logs /mnt/log_data --out /mnt/lake --engine spark --spark sc://spark.example:15002
      the logs are read, and the models run, by a Spark cluster whose machines see these folders (docs/SPARK.md)

A source is a folder (all depths), a file, a .gz, a .zip or a glob, on disk or on S3; Parquet files
and the folder of a Delta table ('plays', or its version 7 'plays@v7') too, with the columns of raw
records (userId or user_id). Put globs in quotes, so that the
shell leaves them alone: '**' then means any number of folders. Paths are kept as they are given: the
same file given relative and absolute counts as two.

--out is what the other commands call --lake. --partition counts when a table is made, not for a
lake that is there. --match-until, --year-zero-as-null and --ts-unit apply to the rows that this run
writes; --full-refresh applies them to all.

--format parquet writes plain Parquet: one writer at a time, no time travel; readers other than
cadenza should wait until a run has ended.
Exit code: 0 done, 1 failed (nothing was committed), 2 wrong usage, 3 done, but a file is damaged (the
summary names it; --allow-damaged: 0), 130 interrupted
(nothing was committed).)help";

class EtlCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kEtlExamples);
    DeclareSources();
    DeclareReading();
    DeclareTables();
    own_models_.Declare(app);
    engine_.Declare(app);
    DeclareThreads(app, &threads_);
    DeclareMemory(app, &memory_);
    app->add_flag("--no-wait", no_wait_,
                  "fail when another run is writing to the lake; else waits without limit");
    app->add_flag("--json", json_, "print the summary as one JSON object");
    app->add_flag("--no-progress", no_progress_, "no progress line");
    s3_.Declare(app);
  }

  void OnError(const Error& error) override {
    if (json_) PrintFailure(error, {{"lake", out_}});
  }

  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, configs_));
    CADENZA_TRY(CheckUsage());
    engine::DuckDbOptions engine_options;
    engine_options.threads = threads_;
    CADENZA_ASSIGN(engine_options.memory_bytes, ParseMemory(memory_));
    engine_options.s3 = s3_.MakeClient();
    engine_options.s3_files_are_fixed = true;
    Progress progress(!no_progress_);
    CADENZA_ASSIGN(std::unique_ptr<engine::Engine> engine,
                   engine_.Open(engine_options, &progress, [&](engine::Engine* local) {
                     return BytesToRead(local, engine_options.s3);
                   }));
    const InterruptGuard guard(engine.get());
    CADENZA_ASSIGN(lake::Lake lake, lake::Lake::Open(out_, engine.get(), engine_options.s3));
    CADENZA_TRY(CheckFullRefresh(lake));
    CADENZA_TRY(own_models_.Check(&lake));
    warehouse::EtlOptions options;
    options.format = format_ == "delta" ? lake::TableFormat::kDelta : lake::TableFormat::kParquet;
    if (!no_wait_) options.keep_waiting = [] { return !InterruptGuard::Pending(); };
    options.ingest = ingest_;
    options.refresh = refresh_;
    options.ingest.progress = [&](int64_t done, int64_t all) { progress.Bytes(done, all); };
    options.on_stage = [&](const char* stage) { progress.Stage(stage); };
    Result<warehouse::EtlSummary> summary = warehouse::RunEtl(&lake, options);
    if (!summary.ok()) {
      progress.Stage("");
      return summary.error();
    }
    CADENZA_ASSIGN(const bool models_are_well, own_models_.Follow(&lake, options));
    progress.Stage("");
    for (std::string& hint : SwapWarnings(*summary)) summary->warnings.push_back(std::move(hint));
    for (const std::string& warning : summary->warnings) {
      PrintError("warning: {}\n", warning);
    }
    if (json_) {
      json object = SummaryJson(*summary, out_, format_);
      own_models_.AddTo(&object);
      PrintJson(object);
    } else {
      PrintSummary(*summary, out_, format_);
      own_models_.Print();
    }
    if (!models_are_well) return kExitFailed;
    if (summary->damaged.empty() || ingest_.allow_damaged) return kExitDone;
    PrintError("warning: {} damaged, the first: {}: {}\n",
               summary->damaged.size() == 1 ? "a file is"
                                            : fmt::format("{} files are", summary->damaged.size()),
               summary->damaged.front().file, summary->damaged.front().reason);
    return kExitNeedsALook;
  }

 private:
  void DeclareSources() {
    DeclareList(app_, "--songs", &ingest_.songs, "song files: folder, 'glob', file, .gz or .zip")
        ->type_name("PATH");
    DeclareList(app_, "--logs", &ingest_.logs,
                "event logs, likewise; --songs or --logs is REQUIRED")
        ->type_name("PATH");
    app_->add_option("--lake,--out", out_,
                     "the lake: a folder, made when missing, or s3://BUCKET/PREFIX")
        ->type_name("FOLDER REQUIRED");
    app_->add_option("--format", format_, "tables as delta or parquet; a lake keeps its format")
        ->check(CLI::IsMember({"delta", "parquet"}))
        ->capture_default_str();
    DeclareList(app_, "--config", &configs_, "settings: .toml, or the predecessor's dl.cfg")
        ->type_name("FILE");
  }

  void DeclareReading() {
    app_->add_flag("--full-refresh", full_refresh_, "read everything again and replace all tables");
    app_->add_option("--max-bad", max_bad_,
                     "fail when more than this share of the lines is bad, e.g. 0.1% or 0.001")
        ->check(NotEmpty())
        ->type_name("SHARE");
    app_->add_flag("--allow-damaged", ingest_.allow_damaged,
                   "files that are cut or damaged give what can be read of them, and exit code 0");
    app_->add_option("--max-line-bytes", max_line_,
                     "longer lines go to quarantine; with B, KB, MB or GB")
        ->type_name("SIZE")
        ->capture_default_str();
    app_->add_option("--ts-unit", ingest_.ts_unit,
                     "unit of ts: ms, s, us, ns, or auto: from each file's values, which reads the "
                     "logs twice")
        ->check(CLI::IsMember({"ms", "s", "us", "ns", "auto"}))
        ->capture_default_str();
  }

  void DeclareTables() {
    DeclareList(
        app_, "--partition", &partitions_,
        "TABLE=column,column of a silver table, TABLE= for none; a lake that exists changes with "
        "--full-refresh")
        ->type_name("TABLE=COLUMNS");
    app_->add_option("--match-until", refresh_.match_until,
                     fmt::format("last match quality that fills song_id: {} (default: all)",
                                 fmt::join(warehouse::kMatchQualities, ", ")))
        ->check(CLI::IsMember(std::vector<std::string>(warehouse::kMatchQualities.begin(),
                                                       warehouse::kMatchQualities.end())));
    app_->add_flag("--year-zero-as-null", refresh_.year_zero_as_null,
                   "year 0 of a song (unknown) becomes NULL");
  }

  /// Of a table that may be broken: then as many as the last run left.
  static Result<int64_t> RowsOfLastRun(const lake::Lake& lake, const char* table) {
    const Result<lake::TableState> state = lake.Load(*lake::FindModel(table));
    if (state.ok()) return state->rows();
    const auto entry = lake.manifest().tables.find(table);
    if (entry == lake.manifest().tables.end()) return state.error();
    return entry->second.rows;
  }

  /// A full refresh keeps nothing of what it does not read: to leave out one source is most likely
  /// an oversight.
  Status CheckFullRefresh(const lake::Lake& lake) const {
    if (!full_refresh_ || lake.manifest().run == 0) return {};
    const auto check = [&](const std::vector<std::string>& given, const char* flag,
                           const char* table) -> Status {
      if (!given.empty()) return {};
      CADENZA_ASSIGN(const int64_t rows, RowsOfLastRun(lake, table));
      if (rows == 0) return {};
      return MakeError(ErrorKind::kUsage,
                       "--full-refresh replaces all tables, and without {} it would lose the {} of "
                       "{} in the lake: {}",
                       flag, Counted(rows, "row"), table, ShellWord(out_));
    };
    CADENZA_TRY(check(ingest_.songs, "--songs", "song_records"));
    return check(ingest_.logs, "--logs", "events");
  }

  /// Of the files that the lake does not know yet, unpacked, about.
  Result<int64_t> BytesToRead(engine::Engine* local, const std::shared_ptr<s3::Client>& s3) const {
    CADENZA_ASSIGN(lake::Lake lake, lake::Lake::Open(out_, local, s3));
    ingest::Ledger ledger;
    if (!full_refresh_) {
      CADENZA_ASSIGN(ledger, ingest::Ledger::Read(lake));
    }
    int64_t bytes = 0;
    for (const ingest::Source source : {ingest::Source::kLogs, ingest::Source::kSongs}) {
      const bool logs = source == ingest::Source::kLogs;
      CADENZA_ASSIGN(const ingest::Selection selection,
                     ingest::SelectSources(logs ? ingest_.logs : ingest_.songs, source, ledger,
                                           full_refresh_, local, s3));
      for (const SourceFile& file : selection.files) {
        const bool packed = file.is_table() || file.compression == Compression::kGzip;
        bytes += packed ? UnpackedBytes(file.container, file.size_bytes) : file.size_bytes;
      }
    }
    return bytes;
  }

  Status CheckUsage() {
    if (out_.empty())
      return MakeError(ErrorKind::kUsage, "--lake (or --out) is missing: where is the lake?");
    if (ingest_.songs.empty() && ingest_.logs.empty()) {
      return MakeError(ErrorKind::kUsage, "nothing to read: give --songs, --logs or --config");
    }
    CADENZA_TRY(CheckIsNotTheLake("--songs", ingest_.songs));
    CADENZA_TRY(CheckIsNotTheLake("--logs", ingest_.logs));
    ingest_.full_refresh = refresh_.full_refresh = full_refresh_;
    CADENZA_ASSIGN(const int64_t line, ParseBytes(max_line_));
    ingest_.limits.line_bytes_max = static_cast<size_t>(line);
    if (!max_bad_.empty()) {
      CADENZA_ASSIGN(ingest_.max_bad, ParseShare("--max-bad", max_bad_));
    }
    for (const std::string& text : partitions_) CADENZA_TRY(ParsePartition(text));
    return {};
  }

  /// What the lake holds came from sources: read again, all of it would count twice.
  Status CheckIsNotTheLake(const char* flag, const std::vector<std::string>& sources) const {
    const auto plain = [](const std::string& path) {
      std::error_code ignored;
      const bool is_on_disk = path.find("://") == std::string::npos;
      std::string text =
          is_on_disk ? std::filesystem::weakly_canonical(path, ignored).string() : path;
      while (text.size() > 1 && text.ends_with('/')) text.pop_back();
      return text;
    };
    const std::string lake = plain(out_);
    for (const std::string& source : sources) {
      const std::string path = plain(source);
      if (path.empty() || lake.empty()) continue;
      const bool is_table = std::ranges::any_of(
          std::initializer_list<const char*>{"/bronze", "/silver", "/gold", "/ops", "/_cadenza"},
          [&](const char* folder) { return (path + "/").starts_with(lake + folder + "/"); });
      if (path != lake && !is_table) continue;
      return MakeError(ErrorKind::kUsage, "{} names the lake itself: {}", flag, source);
    }
    return {};
  }

  static std::string NearestSilverTable(const std::string& name) {
    std::vector<std::string> names;
    for (const lake::Model& model : lake::Models()) {
      if (model.layer == "silver" && model.is_table()) names.push_back(model.name);
    }
    return std::ranges::count(names, name) > 0 ? "" : NearestName(name, names);
  }

  Status ParsePartition(const std::string& text) {
    const size_t equals = text.find('=');
    const std::string table = text.substr(0, equals);
    const lake::Model* model = lake::FindModel(table);
    if (equals == std::string::npos || !model || model->layer != "silver" || !model->is_table()) {
      return MakeError(ErrorKind::kUsage,
                       "--partition takes TABLE=column,column of silver, not: {}{}", text,
                       DidYouMean(NearestSilverTable(table)));
    }
    std::vector<std::string> columns = CLI::detail::split(text.substr(equals + 1), ',');
    std::erase(columns, "");
    for (const std::string& column : columns) {
      if (!model->has_column(column)) {
        return MakeError(ErrorKind::kUsage, "{} has no column to partition by: {}{}", table, column,
                         DidYouMean(model->NearestColumn(column)));
      }
    }
    for (const std::string& column : columns) {
      if (std::ranges::count(columns, column) > 1) {
        return MakeError(ErrorKind::kUsage, "--partition {}: {} is there twice", text, column);
      }
      const auto of_model = std::ranges::find(model->columns, column, &lake::ModelColumn::name);
      if (!of_model->type.starts_with("TIMESTAMP")) continue;
      return MakeError(
          ErrorKind::kUsage,
          "--partition {}: {} is a time, and would make a partition a moment; year and "
          "month are columns of songplays and time",
          text, column);
    }
    refresh_.partitions[table] = std::move(columns);
    return {};
  }

  CLI::App* app_ = nullptr;
  ingest::IngestOptions ingest_;
  warehouse::RefreshOptions refresh_;
  std::vector<std::string> configs_, partitions_;
  std::string out_, format_ = "delta", max_bad_, max_line_ = "1MB", memory_ = "700MB";
  int threads_ = 0;
  S3Flags s3_;
  EngineChoice engine_;
  OwnModelFlags own_models_;
  bool full_refresh_ = false, json_ = false, no_progress_ = false, no_wait_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeEtlCommand() { return std::make_unique<EtlCommand>(); }

}  // namespace cadenza::cli
