#include "query/raw_sources.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/parquet_faults.h"
#include "engine/sql_text.h"
#include "query/foreign_tables.h"
#include "query/time_travel.h"
#include "storage/glob.h"
#include "storage/s3/address.h"
#include "storage/source_file.h"
#include "storage/source_name.h"

namespace cadenza::query {
namespace {

constexpr size_t kSniffBytes = size_t{64} << 10;

/// The first bytes of the first file tell a catalogue from a log: only the one has song_id.
bool LooksLikeCatalogue(const SourceListing& listing) {
  if (listing.files.empty() || listing.files.front().is_table()) return false;
  Result<std::unique_ptr<ByteStream>> stream = OpenStream(listing.files.front());
  if (!stream.ok()) return false;
  std::string start(kSniffBytes, '\0');
  Result<size_t> got = (*stream)->Read(start.data(), start.size());
  if (!got.ok()) return false;
  const std::string_view text(start.data(), *got);
  return text.find("\"song_id\"") != std::string_view::npos &&
         text.find("\"sessionId\"") == std::string_view::npos;
}

/// A log or song file, or an archive. A name such as x.csv.gz is the engine's.
bool IsRawFile(std::string_view path) {
  if (IsRecordName(path) || IsZipName(path)) return true;
  if (!IsGzipName(path)) return false;
  path.remove_suffix(3);
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return IsRecordName(name) || name.find('.') == std::string_view::npos;
}

/// On S3 a folder is told by its name: nothing after the last dot that could be an ending.
bool IsFolder(const std::string& path) {
  if (path.ends_with('/')) return true;
  std::error_code error;
  if (!s3::IsAddress(path)) return std::filesystem::is_directory(path, error);
  return path.substr(path.rfind('/') + 1).find_first_of(".*?[") == std::string::npos;
}

/// What the engine would call such a file: its name without endings.
std::string AliasOf(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return std::string(name.substr(0, name.find('.', 1)));
}

/// Goes through a query and knows where a relation can stand: after FROM and JOIN, and after a
/// comma between relations. Each bracket is a query of its own.
class FromClauses {
 public:
  explicit FromClauses(const engine::SqlText& sql) : sql_(sql) {}

  /// To be asked for each token in turn.
  bool IsRelation(size_t at) {
    const bool relation = expected_;
    expected_ = false;
    Level& level = levels_.back();
    if (sql_.IsSymbol(at, "(")) {
      levels_.push_back({false, at > 0 && IsOneOf(at - 1, kFunctionsWithFrom)});
    } else if (sql_.IsSymbol(at, ")")) {
      if (levels_.size() > 1) levels_.pop_back();
    } else if (sql_.IsSymbol(at, ",")) {
      expected_ = level.in_from;
    } else if (IsFrom(at) || sql_.IsWord(at, "join")) {
      expected_ = level.in_from = true;
    } else if (IsOneOf(at, kEndsOfFrom)) {
      level.in_from = false;
    }
    return relation;
  }

 private:
  struct Level {
    bool in_from = false;
    bool is_function_with_from = false;  ///< extract(year FROM ...)
  };
  static constexpr auto kFunctionsWithFrom =
      std::to_array<std::string_view>({"extract", "overlay", "position", "substring", "trim"});
  static constexpr auto kEndsOfFrom = std::to_array<std::string_view>(
      {"except", "group", "having", "intersect", "limit", "offset", "order", "qualify", "sample",
       "select", "union", "where", "window"});

  template <class List>
  bool IsOneOf(size_t at, const List& words) const {
    return sql_.at(at).kind == engine::TokenKind::kWord &&
           std::ranges::count(words, sql_.value(at)) > 0;
  }
  /// a IS DISTINCT FROM b has no relation.
  bool IsFrom(size_t at) const {
    return sql_.IsWord(at, "from") && !(at > 0 && sql_.IsWord(at - 1, "distinct")) &&
           !levels_.back().is_function_with_from;
  }

  const engine::SqlText& sql_;
  std::vector<Level> levels_{1};
  bool expected_ = false;
};

/// Rewrites one quoted name.
class RawRelation {
 public:
  RawRelation(const std::string& path, const TimeTravel* travel, engine::Engine* engine,
              std::shared_ptr<s3::Client> s3)
      : path_(PlainAddress(path)), travel_(travel), engine_(engine), s3_(std::move(s3)) {}

  /// nullopt: the name is the engine's.
  Result<std::optional<std::string>> Resolve() {
    const bool folder = IsFolder(path_);
    const bool parquet_glob = IsGlob(path_) && IsParquetName(path_);
    const bool versioned = ParseVersionedName(path_).has_value();
    if (!folder && IsParquetName(path_) && !parquet_glob && !travel_) {
      CADENZA_TRY(CheckFaults(engine::QuotePath(path_)));
      return OneParquetFile();
    }
    if (!folder && !parquet_glob && !versioned && !IsRawFile(path_)) return Engine();
    Result<SourceListing> listing = ListSources(path_, s3_);
    if (!listing.ok() && versioned && !IsRawFile(path_)) return Engine();
    // Of the files of a Delta table nothing is listed; who names them in SQL wants them as they
    // are.
    if (parquet_glob && listing.ok() && listing->files.empty()) return Engine();
    if (!listing.ok()) return Failed(listing.error());
    const auto tables =
        std::ranges::count(listing->files, Compression::kDelta, &SourceFile::compression);
    if (tables == 1 && listing->files.size() == 1) {
      CADENZA_ASSIGN(std::string call, DeltaRelation(listing->files.front(), travel_, engine_));
      return std::optional(std::move(call));
    }
    if (travel_) return NoTable();
    const auto parquet =
        std::ranges::count(listing->files, Compression::kParquet, &SourceFile::compression);
    if (parquet > 0 && parquet == std::ssize(listing->files)) {
      CADENZA_TRY(CheckFaults(ParquetPaths(listing->files)));
      return std::optional(ParquetRelation(listing->files));
    }
    if (parquet + tables > 0) {
      return MakeError(ErrorKind::kInput,
                       "{} holds {} Delta tables, {} Parquet files and {} log or song files; name "
                       "one table, or the files of one kind by a glob such as '**/*.parquet'",
                       path_, tables, parquet, std::ssize(listing->files) - parquet - tables);
    }
    return std::optional(Decoder(*listing));
  }

 private:
  /// Of folders on disk the engine would only say that there is no such table.
  Result<std::optional<std::string>> Failed(const Error& error) {
    if (error.kind != ErrorKind::kNotFound || travel_) return error;
    return std::optional(Decoder({}));
  }
  Status CheckFaults(const std::string& paths) const {
    if (s3::IsAddress(path_)) CADENZA_TRY(engine_->ReachS3());
    return engine::CheckParquetFaults(engine_, paths);
  }
  /// Whatever the folders above it are called; and its name is no pattern.
  Result<std::optional<std::string>> OneParquetFile() const {
    std::error_code error;
    if (!s3::IsAddress(path_) && !std::filesystem::exists(path_, error)) {
      return MakeError(ErrorKind::kNotFound, "no such file: {}", path_);
    }
    return std::optional("read_parquet(" + engine::QuotePath(path_) +
                         ", hive_partitioning => false)");
  }
  Result<std::optional<std::string>> Engine() {
    if (travel_) return NoTable();
    return std::optional<std::string>();
  }
  Error NoTable() const {
    return MakeError(ErrorKind::kInput,
                     "only a Delta table has earlier versions, and this is none: {}", path_);
  }
  std::string Decoder(const SourceListing& listing) const {
    return (LooksLikeCatalogue(listing) ? "read_songs(" : "read_events(") +
           engine::QuoteText(path_) + ")";
  }

  std::string path_;
  const TimeTravel* travel_;
  engine::Engine* engine_;
  std::shared_ptr<s3::Client> s3_;
};

}  // namespace

Result<std::string> ResolveRawFiles(const std::string& query, engine::Engine* engine,
                                    const std::shared_ptr<s3::Client>& s3) {
  engine::SqlText sql(query);
  FromClauses clauses(sql);
  for (size_t at = 0; at < sql.size(); ++at) {
    const bool quoted = sql.raw(at).starts_with('\'');
    if (!clauses.IsRelation(at) || !quoted) continue;
    const std::string path = sql.value(at);
    CADENZA_ASSIGN(const std::optional<TimeTravel> travel, TimeTravelAfter(sql, at));
    RawRelation relation(path, travel ? &*travel : nullptr, engine, s3);
    CADENZA_ASSIGN(std::optional<std::string> call, relation.Resolve());
    if (!call) continue;
    const size_t last = travel ? travel->last : at + 1;
    if (!sql.IsAlias(last)) *call += " AS " + engine::QuoteName(AliasOf(path));
    sql.Replace(at, last, std::move(*call));
    at = last - 1;
  }
  return sql.Replaced();
}

}  // namespace cadenza::query
