#include "query/foreign_tables.h"

#include <cstdlib>

#include "delta/table_version.h"

namespace cadenza::query {
namespace {

Result<int64_t> VersionOf(const SourceFile& table, const TimeTravel& travel,
                          engine::Engine* engine) {
  if (travel.by_version) return std::strtoll(travel.value.c_str(), nullptr, 10);
  CADENZA_ASSIGN(const int64_t time_ms, TimeOf(travel, engine));
  CADENZA_ASSIGN(const std::unique_ptr<ObjectStore> store, delta::OpenTable(table));
  return delta::VersionAsOf(*store, time_ms);
}

}  // namespace

Result<int64_t> TimeOf(const TimeTravel& travel, engine::Engine* engine) {
  const Result<engine::RowSet> ms = engine->Query(
      "SELECT epoch_ms(CAST(" + engine::QuoteText(travel.value) + " AS TIMESTAMP WITH TIME ZONE))");
  if (ms.ok()) return ms->Number();
  return MakeError(ErrorKind::kUsage, "not a time such as '2026-01-31 12:00': {}", travel.value);
}

Result<std::string> DeltaRelation(const SourceFile& table, const TimeTravel* travel,
                                  engine::Engine* engine) {
  SourceFile chosen = table;
  if (travel) {
    CADENZA_ASSIGN(chosen.version, VersionOf(table, *travel, engine));
  }
  Result<std::string> relation = engine->DeltaTable(chosen);
  if (relation.ok()) return relation;
  const std::string& reason = relation.error().message;
  const bool named = chosen.version >= 0;
  return MakeError(relation.error().kind, "the Delta table {}{} cannot be read: {}",
                   table.container, named ? fmt::format(" at version {}", chosen.version) : "",
                   reason.substr(0, reason.find('\n')));
}

std::string ParquetRelation(const std::vector<SourceFile>& files) {
  std::string paths;
  for (const SourceFile& file : files) {
    paths += (paths.empty() ? "" : ", ") + engine::QuotePath(file.container);
  }
  return "read_parquet([" + paths + "], hive_partitioning => true, union_by_name => true)";
}

}  // namespace cadenza::query
