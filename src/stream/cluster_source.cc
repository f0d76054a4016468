#include "stream/cluster_source.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "engine/spark/spark_engine.h"
#include "ingest/forgotten.h"
#include "storage/glob.h"
#include "storage/s3/address.h"
#include "stream/event_fields.h"
#include "stream/json_files.h"

namespace cadenza::stream {
namespace {

using engine::QuoteText;

constexpr const char* kJsonNames =
    "*.{json,jsonl,ndjson,log,txt,json.gz,jsonl.gz,ndjson.gz,log.gz,txt.gz}";
constexpr const char* kParquetNames = "*.{parquet,pq}";
/// So many files of Parquet are looked at for their columns.
constexpr size_t kFilesLookedAt = 200;

bool IsFolder(const std::string& path) {
  std::error_code ignored;
  return s3::IsAddress(path) ? !IsGlob(path) : std::filesystem::is_directory(path, ignored);
}

/// Spark's patterns are ours, but for `**`, which it does not know, and `{`, which it does.
Result<std::string> ClusterPath(const std::string& path) {
  if (!IsGlob(path)) return engine::ClusterFile(path);
  if (path.find("**") != std::string::npos) {
    return MakeError(ErrorKind::kUsage,
                     "Spark has no ** in its patterns; name the folder above, of which all depths "
                     "are read: {}",
                     path);
  }
  std::string escaped;
  for (const char c : engine::ClusterLocation(path)) {
    if (c == '{' || c == '}' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace

ClusterSource::ClusterSource(lake::Lake* lake, SourceOptions options, bool waits)
    : lake_(lake), options_(std::move(options)), folder_(lake, options_, waits) {}

Result<bool> ClusterSource::Look() {
  CADENZA_ASSIGN(const std::vector<Part> parts, folder_.List());
  if (parts.empty()) return false;
  files_ = folder_.listed();
  const auto is_parquet = [](const SourceFile& file) {
    return file.compression == Compression::kParquet;
  };
  for (const SourceFile& file : files_) {
    if (file.compression == Compression::kZipMember) {
      return MakeError(ErrorKind::kUsage, "Spark reads no zip archives: {}", file.name);
    }
    if (is_parquet(file) == is_parquet(files_.front())) continue;
    return MakeError(ErrorKind::kInput,
                     "a stream's files are all JSON or all Parquet; start another stream for: {}",
                     file.name);
  }
  if (is_parquet(files_.front())) {
    options_.kind = "sessions";
  } else if (options_.kind == "auto") {
    CADENZA_ASSIGN(const bool is_log, IsLog(&lake_->engine(), files_.front()));
    options_.kind = is_log ? "logs" : "sessions";
  }
  return true;
}

Result<std::vector<ParquetColumn>> ClusterSource::Columns() const {
  engine::Engine& engine = lake_->engine();
  std::string list;
  for (const SourceFile& file : files_) {
    if (s3::IsAddress(file.container)) CADENZA_TRY(engine.ReachS3());
    list += (list.empty() ? "" : ", ") + engine::QuotePath(file.container);
    if (&file - files_.data() + 1 == kFilesLookedAt) break;
  }
  CADENZA_ASSIGN(
      const std::vector<engine::Column> columns,
      engine.Describe(fmt::format("SELECT * FROM read_parquet([{}], union_by_name = true)", list)));
  CADENZA_ASSIGN(const engine::RowSet nanoseconds,
                 engine.Query(fmt::format("SELECT DISTINCT name FROM parquet_schema([{}]) WHERE "
                                          "logical_type LIKE '%NANOS=Nano%'",
                                          list)));
  std::set<std::string> in_nanoseconds;
  for (size_t r = 0; r < nanoseconds.rows.size(); ++r) in_nanoseconds.insert(nanoseconds.Text(r));
  std::vector<ParquetColumn> found;
  for (const engine::Column& column : columns) {
    const bool is_time = column.type.starts_with("TIMESTAMP");
    found.push_back({column, is_time && in_nanoseconds.contains(column.name)});
  }
  return found;
}

/// The marks go along as text: the cluster does not read the lake's tables for this.
Result<ForgottenSql> ClusterSource::Forgotten() const {
  ForgottenSql sql;
  CADENZA_ASSIGN(const ingest::Forgotten forgotten, ingest::Forgotten::Read(*lake_));
  if (forgotten.empty()) return sql;
  CADENZA_ASSIGN(const engine::RowSet marks,
                 lake_->engine().Query("SELECT mark_hash FROM forgotten_marks ORDER BY 1"));
  std::string list;
  for (size_t r = 0; r < marks.rows.size(); ++r) {
    list += (list.empty() ? "" : ", ") + QuoteText(marks.Text(r));
  }
  const auto condition = [&](const std::string& mark) {
    return fmt::format("coalesce({} NOT IN ({}), true)", ingest::MarkHash(forgotten.salt(), mark),
                       list);
  };
  sql.of_log = condition(ingest::EventMark());
  sql.of_customer = condition(fmt::format("('user_id:' || {})", ListenerColumn(options_)));
  return sql;
}

Result<ClusterRows> ClusterSource::Rows(const std::string& relation) const {
  CADENZA_ASSIGN(const ForgottenSql forgotten, Forgotten());
  if (files_.front().compression != Compression::kParquet) {
    return JsonRows(options_, Kind() == "logs", relation, forgotten);
  }
  CADENZA_ASSIGN(const std::vector<ParquetColumn> columns, Columns());
  return ParquetRows(columns, options_, files_.front().name, relation, forgotten);
}

Status ClusterSource::Bind(spark::Session* session, const std::string& view,
                           const spark::Watching& watching, int64_t batch_bytes) const {
  std::string relation;
  for (size_t p = 0; p < options_.paths.size(); ++p) {
    relation += fmt::format("{}SELECT * FROM {}_files_{}", p == 0 ? "(" : " UNION ALL ", view, p);
  }
  relation += ")";
  CADENZA_ASSIGN(ClusterRows rows, Rows(relation));
  const bool is_parquet = rows.files.format == "parquet";
  constexpr int64_t kPacked = 8;
  // All files count that ever came, however old they are beside the newest.
  rows.files.options.insert(
      rows.files.options.end(),
      {{"maxFileAge", "36500d"},
       {"maxBytesPerTrigger", std::to_string(is_parquet ? batch_bytes / kPacked : batch_bytes)}});
  for (size_t p = 0; p < options_.paths.size(); ++p) {
    spark::FileRead files = rows.files;
    CADENZA_ASSIGN(files.paths.emplace_back(), ClusterPath(options_.paths[p]));
    if (IsFolder(options_.paths[p])) {
      files.options.emplace_back("recursiveFileLookup", "true");
      files.options.emplace_back("pathGlobFilter", is_parquet ? kParquetNames : kJsonNames);
    }
    CADENZA_TRY(session->BindArrivals(fmt::format("{}_files_{}", view, p), files));
  }
  return session->BindWatched(view, rows.select, watching);
}

}  // namespace cadenza::stream
