#include "engine/plain_reason.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "base/marked_text.h"
#include "base/nearest_name.h"
#include "engine/failed_call.h"
#include "engine/sql_text.h"

namespace cadenza::engine {
namespace {

struct TypeWord {
  std::string_view type, word;
};

/// By how the type's name begins; the first that fits counts.
constexpr auto kTypeWords = std::to_array<TypeWord>({
    {"STRING_LITERAL", "a text"},
    {"VARCHAR", "a text"},
    {"INTEGER", "a whole number"},
    {"INTERVAL", "a span of time"},
    {"INT", "a whole number"},
    {"BIGINT", "a whole number"},
    {"HUGEINT", "a whole number"},
    {"SMALLINT", "a whole number"},
    {"TINYINT", "a whole number"},
    {"UINT", "a whole number"},
    {"UBIGINT", "a whole number"},
    {"DOUBLE", "a number"},
    {"FLOAT", "a number"},
    {"DECIMAL", "a number"},
    {"BOOL", "true or false"},
    {"DATE", "a date"},
    {"TIMESTAMP", "a time"},
    {"TIME", "a time of the day"},
    {"BLOB", "bytes"},
    {"STRUCT", "a struct"},
    {"MAP", "a map"},
    {"\"NULL\"", "no value"},
    {"NULL", "no value"},
});

/// Types that a statement may name; of types near to a slip the first is meant.
constexpr auto kNamedTypes = std::to_array<std::string_view>(
    {"int",      "integer", "bigint",  "text",    "varchar", "date",     "timestamp", "timestamptz",
     "double",   "float",   "decimal", "boolean", "bool",    "smallint", "tinyint",   "hugeint",
     "interval", "time",    "json",    "blob",    "uuid",    "numeric",  "real"});

std::string WordOf(std::string_view type) {
  if (type.ends_with("]")) return "a list";
  for (const TypeWord& each : kTypeWords) {
    if (type.starts_with(each.type)) return std::string(each.word);
  }
  return Lower(type);
}

std::string WordsOf(const FailedCall& call, std::string_view between) {
  std::string words;
  for (const std::string& type : call.types) {
    words += fmt::format("{}{}", words.empty() ? "" : between, WordOf(type));
  }
  return words;
}

/// sum(VARCHAR)
std::string NoSuchCall(const std::string& text) {
  const FailedCall call = ReadFailedCall(text);
  if (call.is_operator()) {
    return fmt::format("{} cannot stand between {}", call.name, WordsOf(call, " and "));
  }
  if (call.types.empty()) return fmt::format("{} needs a value", call.name);
  return fmt::format("{} does not take {}", call.name, WordsOf(call, ", "));
}

std::string UnclearCall(const std::string& text) {
  const FailedCall call = ReadFailedCall(text);
  return fmt::format(
      "{} takes values of several types, and which one is meant is not clear; say which: "
      "cast(… as text)",
      call.name);
}

/// 'a' to INT32, with more behind it where the engine says from which column.
std::string NotConverted(const std::string& text) {
  const auto failed = ReadFailedConversion(text);
  if (!failed) return text + " is of another type";
  if (failed->type.starts_with("BOOL")) return "'" + failed->value + "' is neither true nor false";
  const std::string word = WordOf(failed->type);
  return "'" + failed->value + "' is no " + (word.starts_with("a ") ? word.substr(2) : word);
}

std::string NoSuchType(const std::string& name) {
  return "no such type: " + name + DidYouMean(NearestName(name, kNamedTypes));
}

std::string NoParquet(const std::string& file) { return file + " is no Parquet file"; }
std::string NoFiles(const std::string& pattern) { return "no files found: " + pattern; }
std::string NoCsv(const std::string& file) {
  return "no separator and quotes make columns of it, as CSV has them: " + file;
}
std::string NoTime(const std::string& text) {
  return "'" + text + "' is no time such as 2018-11-01 20:30:00";
}
std::string NoDate(const std::string& text) {
  return "'" + text + "' is no date such as 2018-11-01";
}
std::string NoTable(const std::string& name) {
  return "no table of the statement has this name or alias: " + name;
}
std::string SeveralRows(const std::string&) {
  return "a query that stands for one value gives more than one row";
}
std::string Unanswered(const std::string&) {
  return "the statement has a place for a value ($1 or ?), and here none can be given";
}
std::string NoAggregate(const std::string&) {
  return "WHERE looks at one row, and cannot have count, sum and their like; HAVING can";
}

/// Type INT64 with value 5000000000 can't be … for the destination type INT32, from the mark on.
std::string OutOfRange(std::string_view mark, const std::string& text) {
  constexpr std::string_view kValue = " with value ", kCannot = " can't be cast";
  const size_t begin = text.find(kValue), end = text.find(kCannot);
  if (begin == std::string::npos || end == std::string::npos) return std::string(mark) + text;
  const std::string value = text.substr(begin + kValue.size(), end - begin - kValue.size());
  return fmt::format("{} is too large, or too small, for the type that it is to have", value);
}
std::string NoInteger(const std::string& text) { return OutOfRange("Type INT", text); }
std::string NoUnsigned(const std::string& text) { return OutOfRange("Type UINT", text); }
std::string NoJson(const std::string& file) { return "no JSON in " + file; }
std::string OfColumn(const std::string& column) { return ", in the column " + column; }

/// What stands between two marks is said otherwise, together with them.
struct Phrase {
  std::string_view before, after;  ///< an empty `after`: the end of the line
  std::string (*says)(const std::string& between);
};

constexpr auto kPhrases = std::to_array<Phrase>({
    {"No magic bytes found at end of file '", "'", NoParquet},
    {"File '", "' too small to be a Parquet file", NoParquet},
    {"No files found that match the pattern \"", "\"", NoFiles},
    {"Error when sniffing file \"", "\".", NoCsv},
    {"No function matches the given name and argument types '", "'", NoSuchCall},
    {"Could not choose a best candidate function for the function call \"", "\"", UnclearCall},
    {"Could not convert string ", "", NotConverted},
    {"Type with name ", " does not exist!", NoSuchType},
    {"Referenced table \"", "\" not found!", NoTable},
    {"invalid timestamp field format: \"", "\", expected format is", NoTime},
    {"invalid date field format: \"", "\", expected format is", NoDate},
    {"timestamp field value out of range: \"", "\"", NoTime},
    {"date field value out of range: \"", "\"", NoDate},
    {"More than one row returned by a subquery", "", SeveralRows},
    {"Expected ", " parameters, but none were supplied", Unanswered},
    {"WHERE clause cannot contain aggregates", "!", NoAggregate},
    {"Type INT", "", NoInteger},
    {"Type UINT", "", NoUnsigned},
    {"Malformed JSON in file \"", "\"", NoJson},
    {" when casting from source column ", "", OfColumn},
    {" Parse errors cannot be ignored for JSON formats other than 'newline_delimited'", "",
     [](const std::string&) { return std::string(); }},
});

/// Could not allocate … (699.9 MiB/700.0 MiB used), with advice in the engine's own settings
/// behind.
std::optional<std::string> MemoryUsedUp(std::string_view message) {
  const size_t at = message.find(" allocate ");
  if (at == std::string_view::npos) return std::nullopt;
  const auto limit = Between(message.substr(at), "/", " used)");
  if (!limit) return std::nullopt;
  return fmt::format(
      "the memory of {} is used up: --memory gives more, and fewer --threads need less", *limit);
}

/// The formats and the column that the engine lists behind a time that is none.
void EraseFormats(std::string* text) {
  const size_t at = text->find(" (YYYY-MM-DD");
  if (at == std::string::npos) return;
  const size_t end = text->find("ZONE])", at);
  text->erase(at, end == std::string::npos ? std::string::npos : end + 6 - at);
}

/// In a message that names the file already it need not stand a second time.
std::string SaidAfter(const std::string& head, const std::string& between, const Phrase& phrase) {
  const bool is_named = phrase.says == NoParquet && head.find(between) != std::string::npos;
  return is_named ? "it is no Parquet file" : phrase.says(between);
}

}  // namespace

std::string PlainReason(std::string message) {
  if (const auto used_up = MemoryUsedUp(message)) return *used_up;
  for (const Phrase& phrase : kPhrases) {
    const size_t at = message.find(phrase.before);
    if (at == std::string::npos) continue;
    const size_t begin = at + phrase.before.size();
    const size_t end = phrase.after.empty() ? std::min(message.find('\n', begin), message.size())
                                            : message.find(phrase.after, begin);
    if (end == std::string::npos) continue;
    const std::string between = message.substr(begin, end - begin);
    message = message.substr(0, at) + SaidAfter(message.substr(0, at), between, phrase) +
              message.substr(end + phrase.after.size());
    if (phrase.says == NoTime || phrase.says == NoDate) EraseFormats(&message);
  }
  return message;
}

}  // namespace cadenza::engine
