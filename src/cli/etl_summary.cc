#include "cli/etl_summary.h"

#include <sys/resource.h>

#include <algorithm>

#include "cli/message_text.h"
#include "warehouse/match_quality.h"

namespace cadenza::cli {
namespace {

using nlohmann::json;

int64_t PeakMemoryBytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024;
}

json TotalsJson(const ingest::SourceTotals& totals) {
  return {{"lines", totals.lines},         {"good", totals.good},
          {"duplicate", totals.duplicate}, {"quarantined", totals.quarantined},
          {"forgotten", totals.forgotten}, {"blank", totals.blank},
          {"conflict", totals.conflict}};
}

json BytesJson(const ingest::SourceTotals& a, const ingest::SourceTotals& b) {
  return {{"in", a.bytes + b.bytes},
          {"good", a.good_bytes + b.good_bytes},
          {"duplicate", a.duplicate_bytes + b.duplicate_bytes},
          {"quarantined", a.quarantined_bytes + b.quarantined_bytes},
          {"blank", a.blank_bytes + b.blank_bytes},
          {"bom", a.bom_bytes + b.bom_bytes}};
}

void PrintTotals(const char* name, const ingest::SourceTotals& totals) {
  if (totals.files == 0) return;
  fmt::print("  {:<12} {:>13}  {:>10}  {}: {} good, {} duplicate, {} quarantined, {} blank\n", name,
             Counted(totals.files, "file"), Megabytes(totals.bytes), Counted(totals.lines, "line"),
             totals.good, totals.duplicate, totals.quarantined, totals.blank);
}

/// One line a unit: the files of a source mostly agree.
void PrintUnits(const warehouse::EtlSummary& summary) {
  std::map<std::string, int64_t> files;
  for (const auto& [file, unit] : summary.units_taken) ++files[unit];
  for (const auto& [unit, count] : files) {
    fmt::print("  ts taken as {:<3} in {}\n", unit, Counted(count, "file"));
  }
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

json DamagedJson(const warehouse::EtlSummary& summary) {
  json list = json::array();
  for (const ingest::DamagedFile& file : summary.damaged) {
    list.push_back({{"file", file.file}, {"reason", file.reason}, {"read_bytes", file.read_bytes}});
  }
  return list;
}

void PrintMatches(const warehouse::EtlSummary& summary) {
  std::string matches;
  const auto add = [&](std::string_view quality) {
    const auto found = summary.matches.find(std::string(quality));
    if (found == summary.matches.end() || found->second == 0) return;
    matches += fmt::format("{}{} {}", matches.empty() ? "" : ", ", found->second, quality);
  };
  std::ranges::for_each(warehouse::kMatchQualities, add);
  add(warehouse::kUnmatched);
  fmt::print("\n  songs found for plays: {}\n", matches.empty() ? "no plays" : matches);
  if (summary.plays_without_user > 0) {
    fmt::print("  plays without a user:  {}\n", summary.plays_without_user);
  }
  int64_t failures = 0;
  for (const auto& audit : summary.audits) failures += audit.failures;
  fmt::print("  audits:                {} run, {}\n", summary.audits.size(),
             Counted(failures, "finding"));
}

void PrintNext(const warehouse::EtlSummary& summary, const std::string& lake) {
  if (summary.logs.quarantined + summary.songs.quarantined > 0) {
    fmt::print(
        "  bad lines are kept:    cadenza sql --lake {} \"select reason, count(*) from "
        "quarantine group by all\"\n",
        ShellWord(lake));
  }
  fmt::print(
      "\nNext: cadenza sql --lake {} \"select level, count(*) as plays from songplays group by "
      "all\"\n",
      ShellWord(lake));
}

}  // namespace

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
  json whole = {{"status", summary.changed ? "done" : "unchanged"},
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
                {"damaged", DamagedJson(summary)},
                {"warnings", summary.warnings},
                {"ts_units", summary.units_taken},
                {"seconds", summary.seconds},
                {"peak_memory_bytes", PeakMemoryBytes()}};
  if (summary.odd_lines >= 0) whole["odd_lines"] = summary.odd_lines;
  return whole;
}

void PrintSummary(const warehouse::EtlSummary& summary, const std::string& lake,
                  const std::string& format) {
  const int64_t known = summary.logs.files_known + summary.songs.files_known;
  const std::string known_files = Counted(known, "file") + (known == 1 ? " was" : " were");
  if (!summary.changed) {
    fmt::print("Nothing new: {} read before, the lake {} is as run {} left it.\n", known_files,
               ShellWord(lake), summary.run);
    return;
  }
  fmt::print("Run {} into {} ({}), {:.1f} s, peak memory {}\n\n", summary.run, ShellWord(lake),
             format, summary.seconds.at("total"), Megabytes(PeakMemoryBytes()));
  PrintTotals("logs", summary.logs);
  if (summary.odd_lines > 0) {
    fmt::print("  {} decoded here, the others by the cluster\n",
               Counted(summary.odd_lines, "line"));
  }
  PrintTotals("songs", summary.songs);
  if (known > 0) fmt::print("  {} read by earlier runs\n", known_files);
  if (summary.logs.forgotten > 0) {
    fmt::print("  {} of forgotten listeners not taken in (ops.forgotten)\n",
               Counted(summary.logs.forgotten, "line"));
  }
  for (const ingest::DamagedFile& file : summary.damaged) {
    fmt::print("  damaged: {}, {} bytes of it could be read ({})\n", file.file, file.read_bytes,
               file.reason);
  }
  if (summary.skipped > 0) {
    fmt::print("  {} no source (ops.skipped_files)\n",
               Counted(summary.skipped, "file") + (summary.skipped == 1 ? " is" : " are"));
  }
  PrintUnits(summary);
  PrintTables(summary);
  PrintMatches(summary);
  PrintNext(summary, lake);
}

std::vector<std::string> SwapWarnings(const warehouse::EtlSummary& summary) {
  std::vector<std::string> warnings;
  const auto look = [&](const char* flag, const ingest::SourceTotals& totals) {
    if (totals.quarantined == 0 || totals.good + totals.duplicate > 0) return;
    warnings.push_back(
        fmt::format("every line of {} is bad: are --songs and --logs swapped?", flag));
  };
  look("--logs", summary.logs);
  look("--songs", summary.songs);
  return warnings;
}

}  // namespace cadenza::cli
