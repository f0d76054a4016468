#include "pgwire/engine_message.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <vector>

#include "base/marked_text.h"
#include "engine/failed_call.h"
#include "engine/sql_text.h"

namespace cadenza::pgwire {
namespace {

constexpr size_t kNameMax = 200;  ///< of what is looked for in a query

/// A message of the engine with something between two of its parts, and how PostgreSQL says it.
struct Phrase {
  std::string_view before, after;
  const char* sqlstate;
  std::string_view says;  ///< {} is replaced by what stands between
};

constexpr auto kPhrases = std::to_array<Phrase>({
    {"Column \"", "\" referenced that exists in the SELECT", "42703",
     "column \"{}\" does not exist"},
    {"Referenced column \"", "\" not found", "42703", "column \"{}\" does not exist"},
    {"does not have a column named \"", "\"", "42703", "column \"{}\" does not exist"},
    {"Referenced table \"", "\" not found", "42P01", "missing FROM-clause entry for table \"{}\""},
    {"Scalar Function with name ", " does not exist", "42883", "function {} does not exist"},
    {"Table Function with name ", " does not exist", "42883", "function {} does not exist"},
    {"Aggregate Function with name ", " does not exist", "42883", "function {} does not exist"},
    {"Type with name ", " does not exist", "42704", "type \"{}\" does not exist"},
    {"column \"", "\" must appear in the GROUP BY clause", "42803",
     "column \"{}\" must appear in the GROUP BY clause or be used in an aggregate function"},
    {"Ambiguous reference to column name \"", "\" (", "42702",
     "column reference \"{}\" is ambiguous"},
    {"invalid timestamp field format: \"", "\", expected", "22007",
     "invalid input syntax for type timestamp: \"{}\""},
    {"invalid date field format: \"", "\", expected", "22007",
     "invalid input syntax for type date: \"{}\""},
    {"date field value out of range: \"", "\"", "22008",
     "date/time field value out of range: \"{}\""},
});

struct SpokenType {
  std::string_view engine, postgres;
};

constexpr auto kSpokenTypes = std::to_array<SpokenType>({
    {"INTEGER_LITERAL", "integer"},
    {"STRING_LITERAL", "unknown"},
    {"INT16", "smallint"},
    {"INT32", "integer"},
    {"INT64", "bigint"},
    {"SMALLINT", "smallint"},
    {"INTEGER", "integer"},
    {"BIGINT", "bigint"},
    {"HUGEINT", "numeric"},
    {"DECIMAL", "numeric"},
    {"FLOAT", "real"},
    {"DOUBLE", "double precision"},
    {"BOOLEAN", "boolean"},
    {"BOOL", "boolean"},
    {"VARCHAR", "text"},
    {"BLOB", "bytea"},
    {"TIMESTAMP WITH TIME ZONE", "timestamp with time zone"},
    {"TIMESTAMP", "timestamp without time zone"},
});

std::string PostgresType(std::string_view engine) {
  const std::string_view bare = engine.substr(0, engine.find('('));
  for (const SpokenType& type : kSpokenTypes) {
    if (type.engine == bare) return std::string(type.postgres);
  }
  return engine::Lower(bare);
}

/// Could not convert string 'a' to INT32
std::optional<SqlError> ConversionError(std::string_view reason) {
  const auto text = Between(reason, "Could not convert string ", "");
  const auto failed = text ? engine::ReadFailedConversion(*text) : std::nullopt;
  if (!failed) return std::nullopt;
  SqlError error = MakeSqlError("22P02", "invalid input syntax for type {}: \"{}\"",
                                PostgresType(failed->type), failed->value);
  error.about = failed->value;
  return error;
}

/// upper(INTEGER_LITERAL, VARCHAR): no such function, or more than one.
SqlError CallError(std::string_view call, bool is_ambiguous) {
  const engine::FailedCall read = engine::ReadFailedCall(call);
  const std::string& name = read.name;
  std::vector<std::string> types;
  for (const std::string& type : read.types) types.push_back(PostgresType(type));
  const bool is_operator = read.is_operator();
  const std::string shown = is_operator ? fmt::format("{} {} {}", types[0], name, types[1])
                                        : fmt::format("{}({})", name, fmt::join(types, ", "));
  const char* what = is_operator ? "operator" : "function";
  SqlError error = is_ambiguous  ? MakeSqlError("42725", "{} is not unique: {}", what, shown)
                   : is_operator ? MakeSqlError("42883", "operator does not exist: {}", shown)
                                 : MakeSqlError("42883", "function {} does not exist", shown);
  error.hint = "You might need to add explicit type casts.";
  if (!is_operator) error.about = name;
  return error;
}

struct EngineSign {
  std::string_view part;  ///< of the engine's message
  const char* sqlstate;
  const char* says = nullptr;  ///< nullptr: what the engine says
};

/// The first that fits counts.
constexpr auto kEngineSigns = std::to_array<EngineSign>({
    {"INTERRUPT", "57014", "canceling statement due to user request"},
    {"Out of Memory", "53200"},
    {"Catalog Error: Table with name", "42P01"},
    {"Catalog Error: Table Function with name", "42883"},
    {"Catalog Error: Schema with name", "3F000"},
    {"Catalog Error: Type with name", "42704"},
    {"Catalog Error: ", "42883"},
    {"Binder Error: Referenced table", "42P01"},
    {"Ambiguous reference to column", "42702"},
    {"must appear in the GROUP BY clause", "42803"},
    {"WHERE clause cannot contain aggregate", "42803",
     "aggregate functions are not allowed in WHERE"},
    {"cannot contain aggregate", "42803"},
    {"LIMIT/OFFSET cannot be negative", "2201W", "LIMIT must not be negative"},
    {"ORDER term out of range", "42P10", "ORDER BY position is not in select list"},
    {"out of range for the destination type INT16", "22003", "smallint out of range"},
    {"out of range for the destination type INT32", "22003", "integer out of range"},
    {"out of range for the destination type INT64", "22003", "bigint out of range"},
    {" of INT32 (", "22003", "integer out of range"},
    {" of INT64 (", "22003", "bigint out of range"},
    {"specifier \"", "22023"},
    {"aggregate function calls cannot be nested", "42803"},
    {"cannot contain window", "42P20"},
    {"No function matches", "42883"},
    {"Cannot compare values of type", "42883"},
    {"Binder Error: Duplicate alias", "42712"},
    {"Binder Error: Column", "42703"},
    {"Binder Error: Referenced column", "42703"},
    {"Binder Error: Values list", "42703"},
    {"does not have a column named", "42703"},
    {"Set operations can only apply", "42601",
     "each UNION query must have the same number of columns"},
    {"Binder Error: ", "42601"},
    {"Parser Error: ", "42601"},
    {"Division by zero", "22012", "division by zero"},
    {"division by zero", "22012", "division by zero"},
    {"field value out of range", "22008"},
    {"Out of Range Error", "22003"},
    {"out of range", "22003"},
    {"More than one row returned by a subquery", "21000",
     "more than one row returned by a subquery used as an expression"},
    {"date field value", "22007"},
    {"timestamp field value", "22007"},
    {"invalid date", "22007"},
    {"invalid timestamp", "22007"},
    {"Conversion Error", "22P02"},
    {"Invalid Input Error", "22023"},
    {"Not implemented Error", "0A000"},
    {"Permission Error", "42501"},
    {"IO Error", "58030"},
});

/// Without the kind of error before it, and without what the engine offers in place of what failed.
std::string Said(std::string_view reason) {
  std::string_view said = reason.substr(0, reason.find('\n'));
  const size_t kind = said.find(" Error: ");
  if (kind != std::string_view::npos && kind < 24) said.remove_prefix(kind + 8);
  return std::string(said);
}

std::optional<SqlError> KnownError(std::string_view reason) {
  for (const Phrase& phrase : kPhrases) {
    const auto about = Between(reason, phrase.before, phrase.after);
    if (!about) continue;
    SqlError error{phrase.sqlstate, fmt::format(fmt::runtime(phrase.says), *about)};
    error.about = *about;
    return error;
  }
  if (const auto call = Between(reason, "argument types '", "'. You might")) {
    return CallError(*call, false);
  }
  if (const auto call = Between(reason, "for the function call \"", "\". In order")) {
    return CallError(*call, true);
  }
  return ConversionError(reason);
}

bool IsOfName(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || static_cast<signed char>(c) < 0;
}

char SmallLetter(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

}  // namespace

SqlError SqlErrorOfEngine(const std::string& reason) {
  if (std::optional<SqlError> known = KnownError(reason)) return *known;
  for (const EngineSign& sign : kEngineSigns) {
    if (reason.find(sign.part) == std::string::npos) continue;
    return {sign.sqlstate, sign.says ? sign.says : Said(reason)};
  }
  return {"XX000", Said(reason)};
}

int PlaceOf(std::string_view name, std::string_view query) {
  if (name.empty() || name.size() > kNameMax) return 0;
  size_t found = query.npos;
  for (size_t at = 0; at + name.size() <= query.size(); ++at) {
    const bool is_same =
        std::ranges::equal(name, query.substr(at, name.size()), {}, SmallLetter, SmallLetter);
    const size_t end = at + name.size();
    const bool is_part =
        (at > 0 && IsOfName(query[at - 1])) || (end < query.size() && IsOfName(query[end]));
    if (!is_same || is_part) continue;
    if (found != query.npos) return 0;
    found = at;
  }
  if (found == query.npos) return 0;
  if (found > 0 && (query[found - 1] == '\'' || query[found - 1] == '"')) --found;
  return static_cast<int>(CharacterCount(query.substr(0, found))) + 1;
}

}  // namespace cadenza::pgwire
