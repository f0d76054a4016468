#include "engine/duckdb/row_lines.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "delta/json_text.h"

namespace cadenza::engine {
namespace {

enum class RawKind { kText, kNumber, kTime };

struct RawKey {
  std::string_view key;
  RawKind kind = RawKind::kText;
};

/// Logs and catalogues have no key in common, so that one list serves both.
constexpr auto kRawKeys = std::to_array<RawKey>({
    {"artist"},
    {"auth"},
    {"firstName"},
    {"gender"},
    {"itemInSession", RawKind::kNumber},
    {"lastName"},
    {"length", RawKind::kNumber},
    {"level"},
    {"location"},
    {"method"},
    {"page"},
    {"registration", RawKind::kTime},
    {"sessionId", RawKind::kNumber},
    {"song"},
    {"status", RawKind::kNumber},
    {"ts", RawKind::kTime},
    {"userAgent"},
    {"userId"},
    {"num_songs", RawKind::kNumber},
    {"artist_id"},
    {"artist_latitude", RawKind::kNumber},
    {"artist_longitude", RawKind::kNumber},
    {"artist_location"},
    {"artist_name"},
    {"song_id"},
    {"title"},
    {"duration", RawKind::kNumber},
    {"year", RawKind::kNumber},
});

/// What the bronze tables of a lake have beside the delivered columns; it is made anew.
constexpr auto kMadeByCadenza = std::to_array<std::string_view>(
    {"event_time", "event_date", "is_conflict", "_file", "_offset", "_length"});
constexpr std::string_view kRescued = "_rescued";

std::string Plain(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c != '_') plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return plain;
}

const RawKey* RawKeyOf(const std::string& name) {
  const std::string plain = Plain(name) == "tsms" ? "ts" : Plain(name);
  const auto found =
      std::ranges::find_if(kRawKeys, [&](const RawKey& raw) { return Plain(raw.key) == plain; });
  return found == kRawKeys.end() ? nullptr : &*found;
}

bool IsTime(const std::string& type) { return type.starts_with("TIMESTAMP") || type == "DATE"; }

/// JSON of the column's values.
std::string ValueOf(const Column& column, const RawKey* raw, bool is_untyped) {
  const std::string name = QuoteName(column.name);
  const RawKind kind = raw ? raw->kind : RawKind::kText;
  const bool is_text = raw && kind == RawKind::kText;
  if (IsTime(column.type) && kind == RawKind::kTime) {
    const bool has_zone = column.type.find("ZONE") != std::string::npos;
    return fmt::format("to_json(epoch_ms({}))",
                       has_zone ? name : "CAST(" + name + " AS TIMESTAMP)");
  }
  if (column.type == "FLOAT" || column.type == "DOUBLE") {
    // 0.1 of 32 bits is 0.1, not 0.10000000149.
    // Where a text is meant, as an id, a missing one made numbers of the others and NaN of itself.
    return fmt::format(
        "CASE WHEN isfinite({0}) THEN to_json(CAST(CAST({0} AS VARCHAR) AS DOUBLE)) {1}ELSE "
        "to_json(CAST({0} AS VARCHAR)) END",
        name, is_text ? fmt::format("WHEN isnan({}) THEN NULL ", name) : "");
  }
  if (column.type == "BLOB") {
    return fmt::format("to_json(coalesce(try(decode({0})), CAST({0} AS VARCHAR)))", name);
  }
  if (column.type == "VARCHAR" && is_untyped && kind != RawKind::kText) {
    return fmt::format(
        "CASE WHEN regexp_full_match({0}, '-?[0-9]{{1,18}}') THEN to_json(CAST({0} AS BIGINT)) "
        "WHEN isfinite(TRY_CAST({0} AS DOUBLE)) THEN to_json(TRY_CAST({0} AS DOUBLE)) "
        "ELSE to_json({0}) END",
        name);
  }
  return "to_json(" + name + ")";
}

bool Has(const std::vector<Column>& columns, std::string_view name) {
  return std::ranges::count(columns, name, &Column::name) > 0;
}

/// The column that a raw key is taken from, where several could be it: the one of just this name.
bool IsChosen(const std::vector<Column>& columns, const Column& column, const RawKey& raw) {
  if (column.name == raw.key) return true;
  const auto first = std::ranges::find_if(columns, [&](const Column& other) {
    const RawKey* of_other = RawKeyOf(other.name);
    return of_other && of_other->key == raw.key;
  });
  return !Has(columns, raw.key) && first->name == column.name;
}

/// A column as a member of its line.
struct Member {
  std::string key, column, value;
  bool is_known = false;
};

/// Line by line as json_object() writes it, but for what a patch would have to be used for, which
/// also takes away what is null inside of a value: a column that nobody knows is left out where it
/// is NULL (a later version of the table added it, the rows of before are as they were), and what
/// `rescued` says takes the place of the column of its name.
std::string JoinedMembers(const std::vector<Member>& members, const std::string& rescued) {
  std::string parts;
  for (const Member& member : members) {
    const std::string key = delta::Quote(member.key) + ":";
    const std::string name = QuoteName(member.column);
    std::string null;
    if (member.is_known && rescued.empty()) {
      null = " ELSE " + QuoteText(key + "null");
    } else if (member.is_known) {
      null = fmt::format(" WHEN {0} IS NULL OR NOT contains({0}, {1}) THEN {2}", rescued,
                         QuoteText(delta::Quote(member.key)), QuoteText(key + "null"));
    }
    parts += fmt::format(
        ", CASE WHEN {} IS NOT NULL THEN {} || coalesce(CAST({} AS VARCHAR), 'null'){} END", name,
        QuoteText(key), member.value, null);
  }
  if (!rescued.empty()) {
    parts += fmt::format(", CASE WHEN length({0}) > 2 THEN substr({0}, 2, length({0}) - 2) END",
                         rescued);
  }
  return "'{' || concat_ws(','" + parts + ") || '}'";
}

}  // namespace

RowLinesQuery MakeRowLinesQuery(const std::string& relation, const std::vector<Column>& columns,
                                const std::vector<std::string>& text_columns) {
  RowLinesQuery query;
  const bool is_bronze = Has(columns, "_file") && Has(columns, "_offset") && Has(columns, kRescued);
  std::vector<Member> known, unknown;
  for (const Column& column : columns) {
    const bool is_made = std::ranges::count(kMadeByCadenza, column.name) > 0;
    if (is_bronze && (is_made || column.name == kRescued)) continue;
    const RawKey* raw = RawKeyOf(column.name);
    if (raw && !IsChosen(columns, column, *raw)) raw = nullptr;
    const std::string key = raw ? std::string(raw->key) : column.name;
    const bool is_untyped = std::ranges::count(text_columns, column.name) > 0;
    (raw ? known : unknown)
        .push_back({key, column.name, ValueOf(column, raw, is_untyped), raw != nullptr});
    if (key == "ts") query.has_instants = IsTime(column.type) || Plain(column.name) == "tsms";
    query.keys.push_back(key);
  }
  std::string line;
  if (unknown.empty() && !is_bronze) {
    for (const Member& member : known) {
      line +=
          fmt::format("{}{}, {}", line.empty() ? "" : ", ", QuoteText(member.key), member.value);
    }
    line = "CAST(json_object(" + line + ") AS VARCHAR)";
  } else {
    known.insert(known.end(), unknown.begin(), unknown.end());
    line = JoinedMembers(known, is_bronze ? QuoteName(kRescued) : "");
  }
  query.select = fmt::format("SELECT {} FROM {}", line, relation);
  return query;
}

}  // namespace cadenza::engine
