#include "cli/raw_sources.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "cli/sql_text.h"
#include "engine/engine.h"
#include "storage/source_file.h"
#include "storage/source_name.h"

namespace cadenza::cli {
namespace {

constexpr size_t kSniffBytes = size_t{64} << 10;

/// The first bytes of the first file tell a catalogue from a log: only the one has song_id.
bool LooksLikeCatalogue(const std::string& pattern, const std::shared_ptr<s3::Client>& s3) {
  Result<SourceListing> listing = ListSources(pattern, s3);
  if (!listing.ok() || listing->files.empty()) return false;
  Result<std::unique_ptr<ByteStream>> stream = OpenStream(listing->files.front());
  if (!stream.ok()) return false;
  std::string start(kSniffBytes, '\0');
  Result<size_t> got = (*stream)->Read(start.data(), start.size());
  if (!got.ok()) return false;
  const std::string_view text(start.data(), *got);
  return text.find("\"song_id\"") != std::string_view::npos &&
         text.find("\"sessionId\"") == std::string_view::npos;
}

/// A log or song file, a folder with a slash at its end, or an archive. A name such as x.csv.gz or
/// *.parquet is the engine's.
bool IsRaw(std::string_view path) {
  if (path.ends_with('/') || IsRecordName(path) || IsZipName(path)) return true;
  if (!IsGzipName(path)) return false;
  path.remove_suffix(3);
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return IsRecordName(name) || name.find('.') == std::string_view::npos;
}

/// What the engine would call such a file: its name without endings.
std::string AliasOf(std::string_view path) {
  if (path.ends_with('/')) path.remove_suffix(1);
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return std::string(name.substr(0, name.find('.', 1)));
}

/// Goes through a query and knows where a relation can stand: after FROM and JOIN, and after a
/// comma between relations. Each bracket is a query of its own.
class FromClauses {
 public:
  explicit FromClauses(const SqlText& sql) : sql_(sql) {}

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
    return sql_.at(at).kind == TokenKind::kWord && std::ranges::count(words, sql_.value(at)) > 0;
  }
  /// a IS DISTINCT FROM b has no relation.
  bool IsFrom(size_t at) const {
    return sql_.IsWord(at, "from") && !(at > 0 && sql_.IsWord(at - 1, "distinct")) &&
           !levels_.back().is_function_with_from;
  }

  const SqlText& sql_;
  std::vector<Level> levels_{1};
  bool expected_ = false;
};

}  // namespace

std::string ResolveRawFiles(const std::string& query, const std::shared_ptr<s3::Client>& s3) {
  SqlText sql(query);
  FromClauses clauses(sql);
  for (size_t at = 0; at < sql.size(); ++at) {
    const bool quoted = sql.raw(at).starts_with('\'');
    if (!clauses.IsRelation(at) || !quoted || !IsRaw(sql.value(at))) continue;
    const std::string path = sql.value(at);
    std::string call = (LooksLikeCatalogue(path, s3) ? "read_songs(" : "read_events(") +
                       engine::QuoteText(path) + ")";
    if (!sql.IsAlias(at + 1)) call += " AS " + engine::QuoteName(AliasOf(path));
    sql.Replace(at, at + 1, std::move(call));
  }
  return sql.Replaced();
}

}  // namespace cadenza::cli
