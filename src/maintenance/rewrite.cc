#include "maintenance/rewrite.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "delta/partition_value.h"

namespace cadenza::maintenance {

namespace {

/// Sorted rows in several files, each a range of its own. The engine can cut files by size itself,
/// but hands row groups to them as its threads come by.
Result<std::vector<engine::WrittenFile>> WritePieces(engine::Engine* engine,
                                                     engine::WriteRequest request,
                                                     const std::string& order, int64_t pieces) {
  CADENZA_TRY(engine->Materialize(
      "rows_numbered", fmt::format("SELECT *, row_number() OVER (ORDER BY {}) AS _row FROM ({}\n)",
                                   order, request.select)));
  CADENZA_ASSIGN(const engine::RowSet count, engine->Query("SELECT count(*) FROM rows_numbered"));
  const int64_t rows = (count.Number() + pieces - 1) / pieces;
  std::vector<engine::WrittenFile> files;
  for (int64_t piece = 0; piece < pieces; ++piece) {
    request.select = fmt::format(
        "SELECT * EXCLUDE (_row) FROM rows_numbered WHERE _row > {} AND _row <= {} ORDER BY _row",
        piece * rows, (piece + 1) * rows);
    CADENZA_ASSIGN(const std::vector<engine::WrittenFile> written, engine->Write(request));
    files.insert(files.end(), written.begin(), written.end());
  }
  CADENZA_TRY(engine->Drop("rows_numbered"));
  return files;
}

/// "year=2018/month=11": by what the log says of the file, wherever another writer put it.
std::string FolderOf(const lake::TableState& state, const delta::AddFile& file) {
  std::string folder;
  for (const std::string& column : state.partition_columns) {
    folder += folder.empty() ? "" : "/";
    folder += engine::PartitionFolder(column, delta::PartitionValue(file.partition_values, column));
  }
  return folder;
}

}  // namespace

bool MovesRows(const lake::TableState& state, const std::vector<ColumnExpression>& instead) {
  return std::ranges::any_of(instead, [&](const ColumnExpression& replaced) {
    return std::ranges::count(state.partition_columns, replaced.first) > 0;
  });
}

Result<int64_t> RewriteFiles(lake::Lake* lake, const lake::Run& run, const lake::TableState& state,
                             const std::vector<const delta::AddFile*>& files,
                             const RowsWanted& wanted, lake::TableChange* change) {
  std::set<std::string> paths;
  for (const delta::AddFile* file : files) paths.insert(file->path);
  CADENZA_TRY(lake->engine().BindFiles("files_to_rewrite",
                                       state.WholeRelationOf([&](const delta::AddFile& file) {
                                         return paths.contains(file.path);
                                       })));
  const bool moves = MovesRows(state, wanted.instead);
  std::string names;
  for (const engine::Column& column : state.columns) {
    if (!moves && std::ranges::count(state.partition_columns, column.name) > 0) continue;
    if (!names.empty()) names += ", ";
    for (const auto& [replaced, expression] : wanted.instead) {
      if (replaced == column.name) names += expression + " AS ";
    }
    names += engine::QuoteName(column.name);
  }
  std::string select = "SELECT " + names + " FROM files_to_rewrite";
  if (!wanted.where.empty()) select += " WHERE " + wanted.where;
  std::string order;
  for (const std::string& column : wanted.order_by) {
    order += (order.empty() ? "" : ", ") + engine::QuoteName(column);
  }
  if (!order.empty()) select += " ORDER BY " + order;
  engine::WriteRequest request =
      run.Request(*lake->FindTable(state.name),
                  moves ? state.partition_columns : std::vector<std::string>(), select);
  request.ordered = !order.empty();
  if (!moves) {
    const std::string folder = FolderOf(state, *files.front());
    if (!folder.empty()) request.subfolder += (request.subfolder.empty() ? "" : "/") + folder;
  }
  const int64_t bytes = std::accumulate(
      files.begin(), files.end(), int64_t{0},
      [](int64_t sum, const delta::AddFile* file) { return sum + file->size_bytes; });
  const int64_t pieces =
      wanted.file_bytes > 0 ? (bytes + wanted.file_bytes / 2) / wanted.file_bytes : 1;
  std::vector<engine::WrittenFile> written;
  if (pieces < 2 || order.empty()) {
    CADENZA_ASSIGN(written, lake->engine().Write(request));
  } else {
    CADENZA_ASSIGN(written, WritePieces(&lake->engine(), std::move(request), order, pieces));
  }
  int64_t rows = 0;
  for (engine::WrittenFile& file : written) {
    if (!moves) file.partition_values = files.front()->partition_values;
    rows += file.rows;
    change->added.push_back(std::move(file));
  }
  change->removed.insert(change->removed.end(), paths.begin(), paths.end());
  return rows;
}

}  // namespace cadenza::maintenance
