#include <sys/resource.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/progress.h"
#include "warehouse/etl.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;

constexpr const char* kExamples = R"help(Examples:
  cadenza etl --songs song_data --logs log_data --out lake
      folders, nested or flat; run it again tomorrow and only new files are read
  cadenza etl --songs song-data.zip --logs 'log_data/2018/*/*.json' --out lake --max-bad 0.1%
      archives and globs; fails before anything is committed when 0.1 % of the lines are bad
  cadenza etl --config dl.cfg --out lake --partition songs=year --json
      the predecessor's settings file; fewer, larger files for songs; summary as JSON

--format parquet writes plain Parquet: one writer at a time, no time travel; readers other than
cadenza should wait until a run has ended.
Exit code: 0 done, 1 failed (nothing was committed), 2 wrong usage.)help";

std::string Megabytes(int64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

int64_t PeakMemoryBytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024;
}

json TotalsJson(const ingest::SourceTotals& totals) {
  return {{"lines", totals.lines},         {"good", totals.good},
          {"duplicate", totals.duplicate}, {"quarantined", totals.quarantined},
          {"blank", totals.blank},         {"conflict", totals.conflict}};
}

json BytesJson(const ingest::SourceTotals& a, const ingest::SourceTotals& b) {
  return {{"in", a.bytes + b.bytes},
          {"good", a.good_bytes + b.good_bytes},
          {"duplicate", a.duplicate_bytes + b.duplicate_bytes},
          {"quarantined", a.quarantined_bytes + b.quarantined_bytes},
          {"blank", a.blank_bytes + b.blank_bytes},
          {"bom", a.bom_bytes + b.bom_bytes}};
}

json SummaryJson(const warehouse::EtlSummary& summary, const std::string& lake,
                 const std::string& format) {
  json tables = json::object();
  for (const auto& [name, table] : summary.tables) {
    tables[name] = {{"rows", table.rows},
                    {"files", table.files},
                    {"version", table.version},
                    {"changed", table.changed}};
  }
  json audits = json::array();
  for (const auto& audit : summary.audits) {
    audits.push_back(
        {{"audit", audit.audit}, {"table", audit.table}, {"failures", audit.failures}});
  }
  return {{"status", summary.changed ? "done" : "unchanged"},
          {"run", summary.run},
          {"lake", lake},
          {"format", format},
          {"files",
           {{"logs", summary.logs.files},
            {"songs", summary.songs.files},
            {"skipped", summary.skipped},
            {"already_ingested", summary.logs.files_known + summary.songs.files_known}}},
          {"events", TotalsJson(summary.logs)},
          {"song_records", TotalsJson(summary.songs)},
          {"bytes", BytesJson(summary.logs, summary.songs)},
          {"tables", tables},
          {"matches", summary.matches},
          {"plays_without_user", summary.plays_without_user},
          {"audits", audits},
          {"warnings", summary.warnings},
          {"ts_units", summary.units_taken},
          {"seconds", summary.seconds},
          {"peak_memory_bytes", PeakMemoryBytes()}};
}

void PrintTotals(const char* name, const ingest::SourceTotals& totals) {
  if (totals.files == 0) return;
  fmt::print(
      "  {:<12} {:>7} files  {:>10}  {} lines: {} good, {} duplicate, {} quarantined, {} blank\n",
      name, totals.files, Megabytes(totals.bytes), totals.lines, totals.good, totals.duplicate,
      totals.quarantined, totals.blank);
}

void PrintTables(const warehouse::EtlSummary& summary) {
  fmt::print("\n  {:<16} {:>10} {:>7}  {}\n", "table", "rows", "files", "version");
  for (const auto& [name, table] : summary.tables) {
    fmt::print("  {:<16} {:>10} {:>7}  {}{}\n", name, table.rows, table.files,
               table.version < 0 ? std::string("-") : std::to_string(table.version),
               table.changed ? " *" : "");
  }
  fmt::print("  (* changed by this run)\n");
}

void PrintMatches(const warehouse::EtlSummary& summary) {
  std::string matches;
  for (const auto& [quality, plays] : summary.matches) {
    if (plays > 0) matches += fmt::format("{}{} {}", matches.empty() ? "" : ", ", plays, quality);
  }
  fmt::print("\n  songs found for plays: {}\n", matches.empty() ? "no plays" : matches);
  if (summary.plays_without_user > 0) {
    fmt::print("  plays without a user:  {}\n", summary.plays_without_user);
  }
  int64_t failures = 0;
  for (const auto& audit : summary.audits) failures += audit.failures;
  fmt::print("  audits:                {} run, {} findings\n", summary.audits.size(), failures);
}

void PrintSummary(const warehouse::EtlSummary& summary, const std::string& lake,
                  const std::string& format) {
  if (!summary.changed) {
    fmt::print("Nothing new: {} files were read before, the lake {} is as run {} left it.\n",
               summary.logs.files_known + summary.songs.files_known, lake, summary.run);
    return;
  }
  fmt::print("Run {} into {} ({}), {:.1f} s, peak memory {}\n\n", summary.run, lake, format,
             summary.seconds.at("total"), Megabytes(PeakMemoryBytes()));
  PrintTotals("logs", summary.logs);
  PrintTotals("songs", summary.songs);
  if (const int64_t known = summary.logs.files_known + summary.songs.files_known; known > 0) {
    fmt::print("  {} files were read by earlier runs\n", known);
  }
  if (summary.skipped > 0)
    fmt::print("  {} files are no sources (ops.skipped_files)\n", summary.skipped);
  for (const auto& [file, unit] : summary.units_taken) {
    fmt::print("  ts in {} taken as {}\n", file, unit);
  }
  PrintTables(summary);
  PrintMatches(summary);
  if (summary.logs.quarantined + summary.songs.quarantined > 0) {
    fmt::print(
        "  bad lines are kept:    cadenza sql --lake {} \"select reason, count(*) from "
        "quarantine group by all\"\n",
        lake);
  }
  fmt::print(
      "\nNext: cadenza sql --lake {} \"select level, count(*) as plays from songplays group by "
      "all\"\n",
      lake);
}

class EtlCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kExamples);
    app->add_option("--songs", ingest_.songs,
                    "song files: folder, glob, file, .gz or .zip (repeatable)");
    app->add_option("--logs", ingest_.logs,
                    "event logs: folder, glob, file, .gz or .zip (repeatable)");
    app->add_option("--out", out_, "the lake: a folder, made when missing");
    app->add_option("--format", format_, "tables as delta or parquet")
        ->check(CLI::IsMember({"delta", "parquet"}))
        ->capture_default_str();
    app->add_option("--config", configs_,
                    "settings: .toml, or the predecessor's dl.cfg (repeatable)");
    app->add_flag("--full-refresh", full_refresh_, "read everything again and replace all tables");
    app->add_option("--max-bad", max_bad_, "share of bad lines that fails the run, e.g. 0.1%");
    app->add_option("--max-line-bytes", max_line_, "longer lines go to quarantine")
        ->capture_default_str();
    app->add_option("--ts-unit", ingest_.ts_unit, "unit of ts: ms, s, us, ns, or auto (per file)")
        ->check(CLI::IsMember({"ms", "s", "us", "ns", "auto"}))
        ->capture_default_str();
    app->add_option("--partition", partitions_,
                    "TABLE=column,column of a silver table; TABLE= for none (repeatable)");
    app->add_option("--match-until", refresh_.match_until,
                    "last match quality that fills song_id: exact, close, edition, text_exact, "
                    "text_close, text_edition (default: all)")
        ->check(CLI::IsMember(
            {"exact", "close", "edition", "text_exact", "text_close", "text_edition"}));
    app->add_flag("--year-zero-as-null", refresh_.year_zero_as_null,
                  "year 0 of a song (unknown) becomes NULL");
    app->add_option("--threads", threads_, "0 = all cores")->capture_default_str();
    app->add_option("--memory", memory_, "memory of the engine; beyond it spills to disk")
        ->capture_default_str();
    app->add_flag("--no-wait", no_wait_, "fail when another run is writing to the lake");
    app->add_flag("--json", json_, "print the summary as one JSON object");
    app->add_flag("--no-progress", no_progress_, "no progress line");
  }

  void OnError(const Error& error) override {
    if (!json_) return;
    fmt::print("{}\n", json{{"status", "failed"}, {"lake", out_}, {"error", error.message}}.dump(
                           -1, ' ', false, json::error_handler_t::replace));
  }

  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, configs_));
    CADENZA_TRY(CheckUsage());
    engine::DuckDbOptions engine_options;
    engine_options.threads = threads_;
    CADENZA_ASSIGN(engine_options.memory_bytes, ParseBytes(memory_));
    CADENZA_ASSIGN(std::unique_ptr<engine::Engine> engine, engine::OpenDuckDb(engine_options));
    const InterruptGuard guard(engine.get());
    CADENZA_ASSIGN(lake::Lake lake, lake::Lake::Open(out_, engine.get()));
    warehouse::EtlOptions options;
    options.format = format_ == "delta" ? lake::TableFormat::kDelta : lake::TableFormat::kParquet;
    options.wait = !no_wait_;
    options.ingest = ingest_;
    options.refresh = refresh_;
    Progress progress(!no_progress_ && !json_);
    options.ingest.progress = [&](int64_t done, int64_t all) { progress.Bytes(done, all); };
    options.on_stage = [&](const char* stage) { progress.Stage(stage); };
    Result<warehouse::EtlSummary> summary = warehouse::RunEtl(&lake, options);
    progress.Stage("");
    if (!summary.ok()) return summary.error();
    for (const std::string& warning : summary->warnings) {
      fmt::print(stderr, "warning: {}\n", warning);
    }
    if (json_) {
      fmt::print("{}\n", SummaryJson(*summary, out_, format_)
                             .dump(-1, ' ', false, json::error_handler_t::replace));
    } else {
      PrintSummary(*summary, out_, format_);
    }
    return kExitDone;
  }

 private:
  Status CheckUsage() {
    if (out_.empty()) return MakeError(ErrorKind::kUsage, "--out is missing: where is the lake?");
    if (ingest_.songs.empty() && ingest_.logs.empty()) {
      return MakeError(ErrorKind::kUsage, "nothing to read: give --songs, --logs or --config");
    }
    ingest_.full_refresh = refresh_.full_refresh = full_refresh_;
    CADENZA_ASSIGN(const int64_t line, ParseBytes(max_line_));
    ingest_.limits.line_bytes_max = static_cast<size_t>(line);
    CADENZA_TRY(ParseMaxBad());
    for (const std::string& text : partitions_) CADENZA_TRY(ParsePartition(text));
    return {};
  }

  Status ParseMaxBad() {
    if (max_bad_.empty()) return {};
    char* rest = nullptr;
    double share = std::strtod(max_bad_.c_str(), &rest);
    if (*rest == '%') {
      share /= 100;
      ++rest;
    }
    if (rest == max_bad_.c_str() || *rest != '\0' || !(share >= 0 && share <= 1)) {
      return MakeError(ErrorKind::kUsage, "--max-bad takes a share such as 0.1% or 0.001, not: {}",
                       max_bad_);
    }
    ingest_.max_bad = share;
    return {};
  }

  Status ParsePartition(const std::string& text) {
    const size_t equals = text.find('=');
    const std::string table = text.substr(0, equals);
    const lake::Model* model = lake::FindModel(table);
    if (equals == std::string::npos || !model || model->layer != "silver" || !model->is_table()) {
      return MakeError(ErrorKind::kUsage,
                       "--partition takes TABLE=column,column of silver, not: {}", text);
    }
    std::vector<std::string> columns = CLI::detail::split(text.substr(equals + 1), ',');
    std::erase(columns, "");
    for (const std::string& column : columns) {
      if (std::ranges::count(model->columns, column, &lake::ModelColumn::name) == 0) {
        return MakeError(ErrorKind::kUsage, "{} has no column to partition by: {}", table, column);
      }
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
  bool full_refresh_ = false, json_ = false, no_progress_ = false, no_wait_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeEtlCommand() { return std::make_unique<EtlCommand>(); }

}  // namespace cadenza::cli
