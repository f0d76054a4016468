#include "engine/duckdb/delta_relation.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "delta/mapped_partitions.h"
#include "delta/path_encoding.h"
#include "delta/table_version.h"
#include "engine/delta_type.h"
#include "engine/duckdb/extension.h"
#include "engine/duckdb/files_select.h"

namespace cadenza::engine {
namespace {

constexpr const char* kFileColumn = "_cadenza_file";

/// The extension (1.5.5) looks for partition values under the names of the schema, and gives NULL
/// for all of them where the log has physical names.
Result<bool> MayLackPartitions(Connection* connection, const std::string& arguments) {
  CADENZA_ASSIGN(
      const RowSet rows,
      connection->Query("SELECT count(*) FROM (SELECT 1 FROM delta_list_files(" + arguments +
                        ") WHERE list_contains(map_values(partitions), 'NULL') LIMIT 1)"
                        " AS without_value"));
  return rows.Number() > 0;
}

std::string TypeOf(const std::vector<Column>& columns, const std::string& name) {
  const auto found = std::ranges::find(columns, name, &Column::name);
  return found == columns.end() ? "VARCHAR" : found->type;
}

/// The extension takes a path for a URL, in which a '%' begins an escape.
std::string UrlOf(const SourceFile& table) {
  if (table.s3) return table.container;
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(table.container, error);
  return "file://" + delta::EncodePath(error ? table.container : path.string());
}

/// By our own reading of the log: it passes over damaged checkpoints, and neither the names of
/// folders nor those of files matter to it.
Result<DeltaRelation> ByOwnReader(delta::CheckpointCodec* codec, const SourceFile& table) {
  CADENZA_ASSIGN(const std::unique_ptr<ObjectStore> store, delta::OpenTable(table));
  CADENZA_ASSIGN(const delta::Snapshot snapshot,
                 delta::Snapshot::LoadForReading(*store, codec, table.version));
  CADENZA_ASSIGN(const FileRelation files, RelationOf(snapshot, store->root()));
  DeltaRelation relation;
  relation.columns = files.columns;
  if (files.files.empty()) {
    relation.sql = "(" + EmptySelect(files.columns) + ")";
  } else {
    CADENZA_ASSIGN(const std::string select, SelectFiles(files));
    relation.sql = "(" + select + ")";
  }
  return relation;
}

/// The scan with the values of the log laid over its partition columns.
std::string WithPartitions(const std::string& arguments, const SourceFile& table,
                           const std::vector<Column>& columns,
                           const delta::MappedPartitions& partitions) {
  std::string rows, names, replaced;
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(table.container, error);
  const std::string folder = table.s3 || error ? table.container : path.string();
  for (const auto& [file, values] : partitions.files) {
    rows += (rows.empty() ? "(" : ", (") + QuoteText(folder + "/" + file);
    for (const auto& value : values) rows += value ? ", " + QuoteText(*value) : ", NULL";
    rows += ")";
  }
  for (size_t c = 0; c < partitions.columns.size(); ++c) {
    const std::string& name = partitions.columns[c];
    names += fmt::format(", p{}", c);
    replaced += fmt::format(
        "{}CASE WHEN v.{} IS NULL THEN error('the log has no partition values of ' || d.{}) ELSE "
        "CAST(v.p{} AS {}) END AS {}",
        c == 0 ? "" : ", ", kFileColumn, kFileColumn, c, TypeOf(columns, name), QuoteName(name));
  }
  return fmt::format(
      "(SELECT d.* EXCLUDE ({0}) REPLACE ({1}) FROM delta_scan({2}, filename => '{0}') AS d LEFT "
      "JOIN (VALUES {3}) AS v({0}{4}) ON v.{0} = d.{0})",
      kFileColumn, replaced, arguments, rows, names);
}

/// Deletion vectors, names of columns that differ on disk, sidecars.
Result<DeltaRelation> ByExtension(Connection* connection, delta::CheckpointCodec* codec,
                                  const SourceFile& table) {
  CADENZA_TRY(LoadExtension(connection, "delta", "Delta tables"));
  const std::string arguments =
      fmt::format("{}, version => {}", QuoteText(UrlOf(table)), table.version);
  DeltaRelation relation;
  relation.sql = "delta_scan(" + arguments + ")";
  CADENZA_ASSIGN(relation.columns, connection->Describe("SELECT * FROM " + relation.sql));
  CADENZA_ASSIGN(const bool may_lack, MayLackPartitions(connection, arguments));
  if (!may_lack) return relation;
  CADENZA_ASSIGN(const std::unique_ptr<ObjectStore> store, delta::OpenTable(table));
  CADENZA_ASSIGN(const delta::MappedPartitions partitions,
                 delta::ReadMappedPartitions(*store, codec, table.version));
  if (partitions.columns.empty() || partitions.files.empty()) return relation;
  relation.sql = WithPartitions(arguments, table, relation.columns, partitions);
  return relation;
}

}  // namespace

Result<DeltaRelation> MakeDeltaRelation(Connection* connection, delta::CheckpointCodec* codec,
                                        const SourceFile& table) {
  Result<DeltaRelation> own = ByOwnReader(codec, table);
  if (own.ok() || own.error().kind != ErrorKind::kInput) return own;
  Result<DeltaRelation> extended = ByExtension(connection, codec, table);
  if (extended.ok()) return extended;
  return own.error();
}

}  // namespace cadenza::engine
