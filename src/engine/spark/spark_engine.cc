#include "engine/spark/spark_engine.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "delta/path_encoding.h"
#include "engine/arrow_rows.h"
#include "engine/spark/spark_dialect.h"
#include "engine/spark/spark_types.h"
#include "storage/s3/address.h"

namespace cadenza::engine {
namespace {

constexpr const char* kRows = "cluster_rows";
/// Rows of this program go to the cluster as text of statements; a statement's text is bounded.
constexpr size_t kSparkRowsAtOnce = 5000;

Error NotThere(const char* what) {
  return MakeError(ErrorKind::kUsage, "--engine spark cannot {}", what);
}

/// A path with characters that mean something in Hadoop's globs.
std::string Escaped(const std::string& location) {
  std::string escaped;
  for (const char c : location) {
    if (std::string_view("{}[]*?\\").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string Literal(const std::optional<std::string>& value, const Column& column) {
  if (!value) return "CAST(NULL AS " + column.type + ")";
  return "CAST(" + QuoteText(*value) + " AS " + column.type + ")";
}

}  // namespace

std::string ClusterLocation(const std::string& path) {
  if (s3::IsAddress(path)) return "s3a" + path.substr(2);
  std::error_code ignored;
  return "file://" + std::filesystem::absolute(path, ignored).lexically_normal().string();
}

std::string ClusterFile(const std::string& path) { return Escaped(ClusterLocation(path)); }

std::string FromClusterUri(std::string_view uri) {
  const std::string plain = delta::DecodePath(uri);
  // file:/a and file:///a are one.
  const size_t path = plain.starts_with("file:") ? plain.find_first_not_of('/', 5) : 0;
  return path == 0 || path == std::string::npos ? plain : "file:///" + plain.substr(path);
}

std::string ClusterTable(const std::string& folder, int64_t version) {
  std::string relation = "delta." + SparkPath(ClusterLocation(folder));
  if (version >= 0) relation += fmt::format(" VERSION AS OF {}", version);
  return relation;
}

Status BindClusterTable(spark::Session* session, const std::string& name,
                        const std::string& columns, const std::string& folder, int64_t version) {
  // Not translated: a path is no SQL.
  Status bound =
      session->Execute(fmt::format("CREATE OR REPLACE TEMPORARY VIEW {} AS SELECT {} FROM {}",
                                   QuoteName(name), columns, ClusterTable(folder, version)));
  if (bound.ok() || bound.error().kind != ErrorKind::kInput) return bound;
  return MakeError(ErrorKind::kInput,
                   "the Spark cluster cannot read {} at {} (all of its machines have to see the "
                   "lake under this path, and Spark needs Delta): {}",
                   name, ClusterLocation(folder), bound.error().message);
}

Status SparkEngine::CutByBytes(int64_t bytes) {
  constexpr int64_t kBytesPerPiece = 128LL << 20;
  constexpr const char* kPieces = "spark.sql.shuffle.partitions";
  CADENZA_ASSIGN(const std::string setting, session_->Setting(kPieces));
  int64_t pieces = 0;
  const auto [end, error] =
      std::from_chars(setting.data(), setting.data() + setting.size(), pieces);
  const int64_t needed = bytes / kBytesPerPiece + 1;
  // Databricks has "auto" for it.
  if (error != std::errc() || needed <= pieces) return {};
  return session_->Set({{kPieces, std::to_string(needed)}});
}

Status SparkEngine::Execute(const std::string& sql) { return session_->Execute(ToSpark(sql)); }

/// The stream is read once, so its rows are kept.
Status SparkEngine::KeepHere(const std::string& name,
                             Result<std::unique_ptr<spark::RowStream>> rows) {
  if (!rows.ok()) return rows.error();
  CADENZA_TRY(local_->Drop(kRows));
  const Status bound = BindArrowStream(local_.get(), kRows, (*rows)->arrow());
  if (!bound.ok()) return (*rows)->status().ok() ? bound.error() : (*rows)->status().error();
  const Status kept = local_->Materialize(name, fmt::format("SELECT * FROM {}", kRows));
  if (!kept.ok() && !(*rows)->status().ok()) return (*rows)->status().error();
  CADENZA_TRY(kept);
  return local_->Drop(kRows);
}

Result<RowSet> SparkEngine::Rows(Result<std::unique_ptr<spark::RowStream>> rows) {
  const std::string kept = "cluster_answer";
  CADENZA_TRY(KeepHere(kept, std::move(rows)));
  CADENZA_ASSIGN(RowSet set, local_->Query("SELECT * FROM " + kept));
  CADENZA_TRY(local_->Drop(kept));
  return set;
}

Status SparkEngine::Fetch(const std::string& name, const std::string& select) {
  return KeepHere(name, session_->Query(ToSpark(select)));
}

Result<RowSet> SparkEngine::Query(const std::string& sql) {
  return Rows(session_->Query(ToSpark(sql)));
}

Result<std::vector<Column>> SparkEngine::Describe(const std::string& select) {
  CADENZA_ASSIGN(const RowSet rows, Rows(session_->Show("DESCRIBE QUERY " + ToSpark(select))));
  std::vector<Column> columns;
  for (size_t r = 0; r < rows.rows.size(); ++r) {
    columns.push_back({rows.Text(r, 0), FromSparkType(rows.Text(r, 1))});
  }
  return columns;
}

Status SparkEngine::BindLines(const std::string& name, const std::vector<std::string>& paths) {
  spark::FileRead read;
  read.format = "text";
  // No columns from the names of folders; only '\n' ends a line.
  read.options = {{"lineSep", "\n"}, {"recursiveFileLookup", "true"}};
  for (const std::string& path : paths) read.paths.push_back(ClusterFile(path));
  CADENZA_TRY(session_->BindFiles(name + "_files", read));
  return session_->Execute(fmt::format(
      "CREATE OR REPLACE TEMPORARY VIEW {} AS SELECT value AS line, input_file_name() AS path, "
      "input_file_block_start() AS block, monotonically_increasing_id() AS number FROM {}",
      QuoteName(name), QuoteName(name + "_files")));
}

/// Parquet files by themselves.
Status SparkEngine::BindDataFiles(const std::string& name, const FileRelation& files) {
  if (files.files.empty()) return BindQuery(name, EmptySelect(files.columns));
  if (!files.partition_columns.empty()) return NotThere("read single files of a table");
  spark::FileRead read;
  read.format = "parquet";
  read.options = {{"recursiveFileLookup", "true"}};
  for (const std::string& file : files.files) {
    read.paths.push_back(ClusterFile(files.PathOf(file)));
  }
  CADENZA_TRY(session_->BindFiles(name + "_files", read));
  return BindQuery(name, "SELECT " + NameList(files.columns) + " FROM " + name + "_files");
}

Status SparkEngine::BindFiles(const std::string& name, const FileRelation& files) {
  if (files.delta_version < 0) return BindDataFiles(name, files);
  return BindClusterTable(session_.get(), name, NameList(files.columns), files.folder,
                          files.delta_version);
}

Status SparkEngine::BindQuery(const std::string& name, const std::string& select) {
  return session_->Execute(
      fmt::format("CREATE OR REPLACE TEMPORARY VIEW {} AS {}", QuoteName(name), ToSpark(select)));
}

Status SparkEngine::Materialize(const std::string& name, const std::string& select) {
  return session_->Keep(name, ToSpark(select));
}

Status SparkEngine::Drop(const std::string& name) {
  return session_->Execute("DROP VIEW IF EXISTS " + QuoteName(name));
}

Result<bool> SparkEngine::MayRepeat(const std::string& relation,
                                    const std::vector<std::string>& columns) {
  CADENZA_ASSIGN(
      const RowSet counts,
      Query(fmt::format("SELECT count(*), count(DISTINCT key_hash), count_if(no_key) FROM"
                        " (SELECT xxhash64({}) AS key_hash, {} AS no_key FROM {})",
                        NameList(columns), AnyIsNull(columns), QuoteName(relation))));
  return counts.Number(0, 0) != counts.Number(0, 1) || counts.Number(0, 2) > 0;
}

Status SparkEngine::LoadRows(const std::string& name, const std::vector<Column>& columns,
                             const std::string& ndjson_path) {
  const std::string here = "rows_for_cluster";
  CADENZA_TRY(local_->LoadRows(here, columns, ndjson_path));
  CADENZA_ASSIGN(const RowSet rows, local_->Query("SELECT * FROM " + here));
  CADENZA_TRY(local_->Drop(here));
  const std::string names = NameList(columns);
  std::string all;
  for (size_t begin = 0; begin < rows.rows.size(); begin += kSparkRowsAtOnce) {
    std::string values;
    for (size_t r = begin; r < std::min(begin + kSparkRowsAtOnce, rows.rows.size()); ++r) {
      values += values.empty() ? "(" : ", (";
      for (size_t c = 0; c < columns.size(); ++c) {
        values += (c == 0 ? "" : ", ") + Literal(rows.rows[r][c], columns[c]);
      }
      values += ")";
    }
    const std::string part = fmt::format("{}_{}", name, begin);
    CADENZA_TRY(BindQuery(part, "SELECT * FROM (VALUES " + values + ") AS given(" + names + ")"));
    all += (all.empty() ? "SELECT * FROM " : " UNION ALL SELECT * FROM ") + part;
  }
  if (!all.empty()) return BindQuery(name, all);
  return BindQuery(name, EmptySelect(columns));
}

Status SparkEngine::BindEventScan(const std::string&, EventScan*) {
  return NotThere("read raw logs by the decoder of this machine");
}
Status SparkEngine::BindSongScan(const std::string&, SongScan*) {
  return NotThere("read song files by the decoder of this machine");
}
Status SparkEngine::OpenTable(SourceFile*, std::string_view) {
  return NotThere("take tables for raw files");
}
Status SparkEngine::Export(const std::string&, const std::string&, const std::string&) {
  return NotThere("export rows of models");
}

Result<std::string> SparkEngine::DeltaTable(SourceFile table) {
  return ClusterTable(table.container, -1);
}

Status SparkEngine::WriteTable(const TableWrite& write) {
  // Delta records the pair with the commit and leaves out what it finds recorded: a statement
  // that were to run twice would write once.
  CADENZA_TRY(
      session_->Set({{"spark.databricks.delta.write.txnAppId", write.application},
                     {"spark.databricks.delta.write.txnVersion", std::to_string(write.transaction)},
                     // Spark's default is INT96, which has no bounds for readers to skip by.
                     {"spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS"}}));
  const std::string table = ClusterTable(write.folder, -1);
  if (write.exists && !write.where.empty()) {
    return session_->Execute(fmt::format("INSERT INTO {} BY NAME REPLACE WHERE {} {}", table,
                                         ToSpark(write.where), ToSpark(write.select)));
  }
  if (write.exists) {
    return session_->Execute(
        fmt::format("INSERT OVERWRITE {} BY NAME {}", table, ToSpark(write.select)));
  }
  std::string partitions;
  for (const std::string& column : write.partition_columns) {
    partitions += (partitions.empty() ? " PARTITIONED BY (" : ", ") + QuoteName(column);
  }
  if (!partitions.empty()) partitions += ")";
  return session_->Execute(
      fmt::format("CREATE TABLE {} USING DELTA{} AS {}", table, partitions, ToSpark(write.select)));
}

Result<bool> SparkEngine::BindForeign(const std::string& name, const ForeignFiles& files) {
  using Format = ForeignFiles::Format;
  spark::FileRead read;
  if (files.format == Format::kDelta) {
    if (files.files.size() != 1) return NotThere("read several Delta tables as one");
    CADENZA_TRY(session_->Execute(fmt::format(
        "CREATE OR REPLACE TEMPORARY VIEW {} AS SELECT *, {} AS _file FROM {}", QuoteName(name),
        SparkText(files.files.front()), ClusterTable(files.files.front(), -1))));
    return true;
  }
  for (const std::string& file : files.files) {
    read.paths.push_back(ClusterFile(file));
  }
  if (files.format == Format::kParquet) {
    read.format = "parquet";
    read.options = {{"mergeSchema", "true"}};
  } else if (files.format == Format::kJson) {
    return NotThere("read these tables from JSON (Parquet, CSV and Delta it reads)");
  } else {
    // Files that do not begin with the same header are an error, not a mixture.
    read.format = "csv";
    read.options = {
        {"header", "true"}, {"escape", "\""}, {"enforceSchema", "false"}, {"multiLine", "true"}};
  }
  const std::string rows = name + "_files";
  CADENZA_TRY(session_->BindFiles(rows, read));
  CADENZA_TRY(session_->Execute(fmt::format(
      "CREATE OR REPLACE TEMPORARY VIEW {} AS SELECT *, regexp_replace(url_decode(replace("
      "regexp_replace(input_file_name(), '^file:/+', '/'), '+', '%2B')), '^s3a:', 's3:') AS _file "
      "FROM {}",
      QuoteName(name), QuoteName(rows))));
  return true;
}

}  // namespace cadenza::engine
