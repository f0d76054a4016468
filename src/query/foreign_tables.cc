#include "query/foreign_tables.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string_view>

#include "delta/table_version.h"
#include "storage/source_name.h"

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

std::string ParquetPaths(const std::vector<SourceFile>& files) {
  std::string paths;
  for (const SourceFile& file : files) {
    paths += (paths.empty() ? "" : ", ") + engine::QuotePath(file.container);
  }
  return paths;
}

/// The engine takes every folder of a path for a column, also those above what was named.
std::string ParquetRelation(const std::vector<SourceFile>& files) {
  const auto folders_of = [](const SourceFile& file) {
    return std::string_view(file.member).substr(0, file.member.rfind('/') + 1);
  };
  const bool has_columns = std::ranges::any_of(files, [&](const SourceFile& file) {
    return folders_of(file).find('=') != std::string_view::npos;
  });
  const bool others_look_so = std::ranges::any_of(files, [](const SourceFile& file) {
    const size_t above =
        file.container.size() - std::min(file.container.size(), file.member.size());
    return std::string_view(file.container).substr(0, above).find('=') != std::string_view::npos;
  });
  const std::string paths = ParquetPaths(files);
  if (!has_columns || !others_look_so) {
    return fmt::format("read_parquet([{}], hive_partitioning => {}, union_by_name => true)", paths,
                       has_columns);
  }
  std::map<std::string, std::vector<std::string>> values;  // SQL, by column
  for (size_t f = 0; f < files.size(); ++f) {
    std::string_view rest = folders_of(files[f]);
    for (size_t slash = rest.find('/'); slash != std::string_view::npos; slash = rest.find('/')) {
      const std::string_view folder = rest.substr(0, slash);
      rest.remove_prefix(slash + 1);
      const size_t equals = folder.find('=');
      if (equals == std::string_view::npos) continue;
      std::vector<std::string>& column = values[std::string(folder.substr(0, equals))];
      column.resize(files.size(), "NULL");
      const std::string value = PercentDecoded(folder.substr(equals + 1));
      if (value != "__HIVE_DEFAULT_PARTITION__") column[f] = engine::QuoteText(value);
    }
  }
  std::string facts, names;
  for (const auto& [name, column] : values) {
    facts += fmt::format(", unnest(CAST([{}] AS VARCHAR[])) AS {}", fmt::join(column, ", "),
                         engine::QuoteName(name));
    names += ", _facts." + engine::QuoteName(name);
  }
  return fmt::format(
      "(SELECT _rows.*{} FROM read_parquet([{}], hive_partitioning => false, union_by_name => "
      "true) AS _rows JOIN (SELECT unnest(range({})) AS _number{}) AS _facts ON _facts._number = "
      "_rows.file_index)",
      names, paths, files.size(), facts);
}

}  // namespace cadenza::query
