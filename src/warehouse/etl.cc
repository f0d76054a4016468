#include "warehouse/etl.h"

#include "base/freed_memory.h"
#include "warehouse/cluster_refresh.h"
#include "warehouse/match_quality.h"

namespace cadenza::warehouse {
namespace {

JobCounts CountsOf(const EtlSummary& summary) {
  return {.files = summary.logs.files + summary.songs.files,
          .bytes = summary.logs.bytes + summary.songs.bytes,
          .events = summary.events_added,
          .song_records = summary.song_records_added,
          .duplicates = summary.logs.duplicate + summary.songs.duplicate,
          .quarantined = summary.logs.quarantined + summary.songs.quarantined};
}

/// How plays were matched, over the whole fact table: two columns of it are read.
Status CountMatches(engine::Engine* engine, EtlSummary* summary) {
  CADENZA_ASSIGN(const engine::RowSet rows,
                 engine->Query(fmt::format("SELECT coalesce(match_quality, '{}'), count(*),"
                                           " count(*) FILTER (WHERE user_id IS NULL) "
                                           "FROM songplays_now GROUP BY 1",
                                           kUnmatched)));
  for (const std::string_view quality : kMatchQualities) {
    summary->matches[std::string(quality)] = 0;
  }
  summary->matches[std::string(kUnmatched)] = 0;
  for (size_t r = 0; r < rows.rows.size(); ++r) {
    summary->matches[rows.Text(r)] = rows.Number(r, 1);
    summary->plays_without_user += rows.Number(r, 2);
  }
  return {};
}

std::vector<std::string> AllTables() {
  std::vector<std::string> names;
  for (const lake::Model& model : lake::Models()) {
    if (model.is_table()) names.push_back(model.name);
  }
  return names;
}

/// The partition columns of a table change only when all of it is written anew.
Status CheckPartitions(const lake::Lake& lake, const RefreshOptions& options) {
  if (MayChangePartitions(lake, options)) return {};
  for (const auto& [table, columns] : options.partitions) {
    const auto entry = lake.manifest().tables.find(table);
    if (entry == lake.manifest().tables.end() || entry->second.partition_columns == columns) {
      continue;
    }
    return MakeError(ErrorKind::kUsage, "{} is partitioned by ({}) already; {} changes that", table,
                     fmt::join(entry->second.partition_columns, ", "),
                     lake.engine().commits_tables() ? "--full-refresh without --engine spark"
                                                    : "--full-refresh with all sources");
  }
  return {};
}

/// A cluster writes Delta tables, and reads what lies beside the lake's own.
Result<std::unique_ptr<lake::ClusterExchange>> OpenExchange(lake::Lake* lake,
                                                            const EtlOptions& options) {
  if (!lake->engine().commits_tables()) return std::unique_ptr<lake::ClusterExchange>();
  if (options.format == lake::TableFormat::kDelta) return lake::ClusterExchange::Open(lake);
  return MakeError(ErrorKind::kUsage, "--engine spark writes Delta tables, not --format {}",
                   lake::FormatName(options.format));
}

Result<RefreshResult> RefreshSilver(lake::Lake* lake, lake::Run* run,
                                    lake::ClusterExchange* exchange,
                                    const ingest::IngestResult& bronze,
                                    const RefreshOptions& options) {
  if (exchange) return ClusterRefresh(lake, run, exchange, bronze, options).Work();
  return SilverRefresh(lake, run, bronze, options).Work();
}

/// What a full refresh writes whole; of ops those tables that tell of runs, not of requests.
std::set<std::string> TablesMadeAnew(const EtlOptions& options) {
  std::set<std::string> tables;
  if (!options.refresh.full_refresh) return tables;
  for (const lake::Model& model : lake::Models()) {
    if (model.is_table() && (model.layer == "bronze" || model.layer == "silver")) {
      tables.insert(model.name);
    }
  }
  for (const char* table : {"quarantine", "ledger", "skipped_files", "runs", "audits"}) {
    tables.insert(table);
  }
  return tables;
}

/// Before an audit finds it, which could not say why.
Status CheckRowsAreThere(const lake::Lake& lake, const EtlOptions& options) {
  if (options.refresh.full_refresh) return {};
  for (const lake::Model& model : lake::Models()) {
    if (!model.is_table() || (model.layer != "bronze" && model.layer != "silver")) continue;
    CADENZA_ASSIGN(const std::string taken, lake.RowsTaken(model));
    if (taken.empty()) continue;
    return MakeError(ErrorKind::kInput,
                     "{}; nothing was changed. cadenza etl --full-refresh with all sources makes "
                     "the tables anew, and cadenza forget takes a listener out of all of them",
                     taken);
  }
  return {};
}

}  // namespace

Result<EtlSummary> RunEtl(lake::Lake* lake, const EtlOptions& options) {
  EtlSummary summary;
  CADENZA_ASSIGN(const std::unique_ptr<Job> job,
                 Job::Begin(lake, options.format, options, TablesMadeAnew(options)));
  CADENZA_TRY(CheckRowsAreThere(*lake, options));
  CADENZA_TRY(CheckPartitions(*lake, options.refresh));
  CADENZA_ASSIGN(const std::unique_ptr<lake::ClusterExchange> exchange,
                 OpenExchange(lake, options));
  job->Stage("ingest", "reading");
  CADENZA_ASSIGN(ingest::IngestResult bronze,
                 ingest::Ingest(lake, &job->run(), exchange.get(), options.ingest));
  ReturnFreedMemory();
  summary.logs = bronze.log_totals;
  summary.songs = bronze.song_totals;
  summary.skipped = bronze.skipped;
  summary.damaged = bronze.damaged;
  summary.odd_lines = bronze.odd_lines;
  summary.events_added = bronze.events.rows_added;
  summary.song_records_added = bronze.songs.rows_added;
  summary.units_taken = bronze.units_taken;
  summary.changed =
      bronze.found_anything() || lake->manifest().run == 0 || options.refresh.full_refresh;
  if (summary.changed) {
    job->Stage("models");
    CADENZA_ASSIGN(RefreshResult silver,
                   RefreshSilver(lake, &job->run(), exchange.get(), bronze, options.refresh));
    summary.warnings = std::move(silver.warnings);
    CADENZA_TRY(job->Audit(&summary, silver.changed));
    CADENZA_TRY(job->Record("etl", summary.audits, CountsOf(summary)));
  }
  // Everything that can be interrupted comes before the commit.
  CADENZA_ASSIGN(lake::TableState songplays, lake->Load(*lake::FindModel("songplays")));
  const std::map<std::string, lake::TableState> staged = job->run().StagedStates();
  if (staged.contains("songplays")) songplays = staged.at("songplays");
  if (!summary.changed || !exchange) {
    CADENZA_TRY(lake->engine().BindFiles("songplays_now", songplays.Relation()));
  }
  job->Stage("matches");
  CADENZA_TRY(CountMatches(&lake->engine(), &summary));
  CADENZA_TRY(job->Commit(&summary, AllTables()));
  for (const AuditFinding& finding : summary.audits) {
    if (finding.failures == 0) continue;
    summary.warnings.push_back(
        fmt::format("audit {}: {} rows, e.g. {}", finding.audit, finding.failures, finding.sample));
  }
  return summary;
}

}  // namespace cadenza::warehouse
