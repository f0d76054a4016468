#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/nearest_name.h"
#include "cli/command.h"
#include "cli/engine_choice.h"
#include "cli/flag_values.h"
#include "cli/kpi_summary.h"
#include "cli/message_text.h"
#include "cli/number_checks.h"
#include "cli/own_model_flags.h"
#include "cli/progress.h"
#include "cli/s3_flags.h"
#include "cli/text_checks.h"
#include "engagement/kpi_job.h"
#include "engine/sql_text.h"
#include "lake/model.h"
#include "sources/table_files.h"
#include "sources/table_schema.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;

constexpr const char* kKpiExamples = R"help(Examples:
  cadenza kpi --source engagement --lake lake
      customers, sessions, subscriptions and more, as files in a folder; gold tables into the lake
  cadenza kpi --source engagement --lake lake --from 2025-07-01 --to 2025-08-31 --engaged-sessions 80
      another window, another threshold
  cadenza kpi --table sessions='exports/s-*.csv.gz' --table customers=crm.json --map start_time=begun --lake lake
      files and columns under other names
  cadenza kpi --source /mnt/engagement --lake /mnt/lake --engine spark --spark sc://spark.example:15002
      the same models on a Spark cluster, whose machines see both folders (docs/SPARK.md)
  cadenza kpi --lake lake
      without a source: sessions and paid levels from the events of the lake itself
  cadenza kpi --source engagement --lake lake --as-published
      also with the two defects of the published definitions, into kpi_as_published

A source's table is a file or folder that is called so: sessions.parquet, sessions_2025-07.csv,
sessions/ with part files. Parquet, JSON (also one object a line) and CSV are read, also .gz. Times
are timestamps, dates, text or epochs in s, ms, us or ns.

The window's default is the last two calendar months with sessions. The same again changes nothing.
Exit code: 0 done, 1 failed (nothing was committed), 2 wrong usage, 3 done, but there are no data in
the window, 130 interrupted (nothing was committed).)help";

class KpiCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kKpiExamples);
    DeclareSource();
    DeclareDefinitions();
    s3_.Declare(app);
    engine_.Declare(app);
    DeclareList(app, "--only", &options_.only, "compute this gold table alone")->type_name("TABLE");
    DeclareThreads(app, &threads_);
    DeclareMemory(app, &memory_);
    app->add_flag("--no-wait", no_wait_,
                  "fail when another run is writing to the lake; else waits without limit");
    app->add_flag("--json", json_, "print the summary as one JSON object");
    app->add_flag("--no-progress", no_progress_, "no progress line");
    own_models_.Declare(app);
  }

  void OnError(const Error& error) override {
    if (json_) PrintFailure(error, {{"lake", lake_}});
  }

  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, configs_));
    CADENZA_TRY(CheckUsage());
    engine::DuckDbOptions engine_options;
    engine_options.threads = threads_;
    CADENZA_ASSIGN(engine_options.memory_bytes, ParseMemory(memory_));
    engine_options.s3 = s3_.MakeClient();
    Progress progress(!no_progress_);
    CADENZA_ASSIGN(std::unique_ptr<engine::Engine> engine,
                   engine_.Open(engine_options, &progress, [&](engine::Engine* engine) {
                     return SourceBytes(engine, engine_options.s3);
                   }));
    const InterruptGuard guard(engine.get());
    CADENZA_TRY(CheckZone(&engine->here(), "--source-timezone", options_.source.reading.zone));
    CADENZA_ASSIGN(lake::Lake lake, lake::Lake::Open(lake_, engine.get(), engine_options.s3));
    if (options_.source.is_lake()) CADENZA_TRY(lake.CheckIsThere());
    CADENZA_TRY(own_models_.Check(&lake));
    if (!no_wait_) options_.keep_waiting = [] { return !InterruptGuard::Pending(); };
    options_.on_stage = [&](const char* stage) { progress.Stage(stage); };
    const Result<engagement::KpiSummary> summary = engagement::RunKpi(&lake, options_);
    if (!summary.ok()) {
      progress.Stage("");
      return summary.error();
    }
    CADENZA_ASSIGN(const bool models_are_well, own_models_.Follow(&lake, options_));
    progress.Stage("");
    for (const std::string& warning : summary->warnings) {
      PrintError("warning: {}\n", warning);
    }
    if (json_) {
      json object = SummaryJson(*summary, lake_);
      own_models_.AddTo(&object);
      PrintJson(object);
    } else {
      PrintSummary(*summary, lake_);
      own_models_.Print();
    }
    if (!models_are_well) return kExitFailed;
    return summary->is_empty() ? kExitNeedsALook : kExitDone;
  }

 private:
  void DeclareSource() {
    engagement::SourceOptions& source = options_.source;
    app_->add_option(
            "--source", source.folder,
            "folder or s3://BUCKET/PREFIX with customers, sessions, subscriptions, events, "
            "tracks, artists; without it the lake's own events are taken")
        ->type_name("FOLDER");
    DeclareList(app_, "--table", &tables_, "a source table's files, folder or 'glob'")
        ->type_name("TABLE=PATH");
    DeclareList(app_, "--map", &mappings_, "a field is in the column of another name")
        ->type_name("[TABLE.]FIELD=COLUMN");
    app_->add_option("--ts-unit", source.reading.time_unit,
                     "unit of times that are numbers: s, ms, us, ns, or auto: from each file's "
                     "values")
        ->check(CLI::IsMember({"auto", "s", "ms", "us", "ns"}))
        ->capture_default_str();
    app_->add_option("--source-timezone", source.reading.zone,
                     "zone of times that name none, e.g. Europe/Berlin")
        ->type_name("ZONE")
        ->capture_default_str();
    app_->add_option("--lake", lake_, "the lake: a folder, made when missing")
        ->type_name("FOLDER REQUIRED");
    DeclareList(app_, "--event", &events_,
                "what a kind of event means: play, skip, like, dislike or other; usual names are "
                "known")
        ->type_name("KIND=ACTION");
    app_->add_flag("--daily-session-ids", source.daily_session_ids,
                   "the ids of sessions start anew each day: the day is part of them");
    DeclareList(app_, "--null", &nulls_,
                "a text that stands for no value in CSV and JSON, in any case; default: NULL, \\N, "
                "NaN, NaT, None, n/a, #N/A, <NA>")
        ->type_name("TEXT");
    app_->add_option(
            "--max-bad", max_bad_,
            "share of lines of a table's text files that are no rows, beyond which nothing "
            "is committed, e.g. 1%; default: all but all of them may be")
        ->check(NotEmpty())
        ->type_name("SHARE");
    DeclareList(app_, "--config", &configs_, "settings: .toml")->type_name("FILE");
  }

  void DeclareDefinitions() {
    engagement::KpiSettings& settings = options_.settings;
    app_->add_option("--from", settings.window_start, "first day of the window, UTC")
        ->check(NotEmpty())
        ->type_name("DATE");
    app_->add_option("--to", settings.window_end, "last day of the window, inclusive, UTC")
        ->check(NotEmpty())
        ->type_name("DATE");
    app_->add_option("--engaged-sessions", settings.engaged_sessions,
                     "distinct sessions in the window that make an engaged user")
        ->check(Positive())
        ->type_name("N")
        ->capture_default_str();
    DeclareList(app_, "--paid-status", &settings.paid_statuses,
                "status of a subscription that counts as paid; one without a status counts too; "
                "default: active, trialing")
        ->type_name("TEXT");
    app_->add_option("--free-word", settings.free_word,
                     "a subscription type that contains it, in any case, is not paid")
        ->capture_default_str();
    app_->add_option("--retention-days", settings.retention_days, "largest N of retention")
        ->check(CLI::Range(1, 3660))
        ->type_name("N")
        ->capture_default_str();
    app_->add_option("--stream-seconds", settings.stream_seconds,
                     "a play of at least so long is a stream")
        ->check(Positive())
        ->type_name("N")
        ->capture_default_str();
    app_->add_option("--early-days", settings.early_days,
                     "first days of the window, from which the engaged are predicted")
        ->check(CLI::Range(1, 3660))
        ->type_name("N")
        ->capture_default_str();
    app_->add_option("--top", settings.top, "rows of top_songs and top_artists")
        ->check(Positive())
        ->type_name("N")
        ->capture_default_str();
    app_->add_flag("--as-published", options_.as_published,
                   "also with the defects of the published KPIs, to compare");
  }

  /// Unpacked, about.
  Result<int64_t> SourceBytes(engine::Engine* engine, const std::shared_ptr<s3::Client>& s3) const {
    if (options_.source.is_lake()) {
      CADENZA_ASSIGN(const lake::Lake lake, lake::Lake::Open(lake_, engine, s3));
      CADENZA_ASSIGN(const lake::TableState events, lake.Load(*lake::FindModel("events")));
      return UnpackedBytes(".parquet", events.exists ? events.size_bytes() : 0);
    }
    CADENZA_ASSIGN(const auto tables,
                   sources::FindTables(options_.source.folder, options_.source.named, s3.get()));
    int64_t bytes = 0;
    for (const auto& [name, table] : tables) {
      for (size_t f = 0; f < table.files.size(); ++f) {
        const bool is_folder = table.format == sources::FileFormat::kDelta;
        bytes +=
            UnpackedBytes(table.files[f],
                          is_folder ? sources::ParquetBytesBelow(table.files[f]) : table.sizes[f]);
      }
    }
    return bytes;
  }

  /// Empty for the name of one.
  static std::string NearestSourceTable(const std::string& name) {
    if (sources::FindSourceTable(name)) return "";
    std::vector<std::string> names;
    for (const sources::TableSchema& table : sources::SourceTables())
      names.emplace_back(table.name);
    return NearestName(name, names);
  }

  Status CheckUsage() {
    if (lake_.empty()) return MakeError(ErrorKind::kUsage, "--lake is missing: where is the lake?");
    for (const std::string& text : tables_) {
      const size_t equals = text.find('=');
      const std::string table = text.substr(0, equals);
      if (equals == std::string::npos || equals + 1 == text.size() ||
          !sources::FindSourceTable(table)) {
        return MakeError(
            ErrorKind::kUsage,
            "--table takes TABLE=PATH with customers, sessions, subscriptions, events, "
            "tracks or artists, not: {}{}",
            text, DidYouMean(NearestSourceTable(table)));
      }
      std::vector<std::string>& paths = options_.source.named[table];
      if (std::ranges::count(paths, text.substr(equals + 1)) > 0) {
        return MakeError(ErrorKind::kUsage, "--table is given twice: {}", text);
      }
      paths.push_back(text.substr(equals + 1));
    }
    for (const std::string& text : mappings_) {
      CADENZA_ASSIGN(sources::ColumnMapping mapping, sources::ParseMapping(text));
      options_.source.reading.mappings.push_back(std::move(mapping));
    }
    for (const std::string& text : events_) {
      const size_t equals = text.rfind('=');
      const std::string action = equals == std::string::npos ? "" : text.substr(equals + 1);
      constexpr std::array kActions = {"play", "skip", "like", "dislike", "other"};
      if (equals == 0 || std::ranges::count(kActions, action) == 0) {
        return MakeError(
            ErrorKind::kUsage,
            "--event takes KIND=ACTION with play, skip, like, dislike or other, not: {}{}", text,
            DidYouMean(NearestName(action, kActions)));
      }
      options_.source.event_actions[engine::Lower(text.substr(0, equals))] = action;
    }
    if (!nulls_.empty()) options_.source.reading.nulls = nulls_;
    if (!max_bad_.empty()) {
      CADENZA_ASSIGN(options_.source.max_bad, ParseShare("--max-bad", max_bad_));
    }
    std::vector<std::string> known = engagement::KpiTables();
    known.push_back(engagement::kPredicted);
    for (const std::string& table : options_.only) {
      if (std::ranges::count(known, table) > 0) continue;
      return MakeError(ErrorKind::kUsage, "--only: {}", NoSuch("table", table, known));
    }
    return {};
  }

  CLI::App* app_ = nullptr;
  S3Flags s3_;
  EngineChoice engine_;
  OwnModelFlags own_models_;
  engagement::KpiOptions options_;
  std::vector<std::string> configs_, tables_, mappings_, events_, nulls_;
  std::string lake_, memory_ = "2GB", max_bad_;
  int threads_ = 0;
  bool json_ = false, no_progress_ = false, no_wait_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeKpiCommand() { return std::make_unique<KpiCommand>(); }

}  // namespace cadenza::cli
