#include "ingest/forgotten.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace cadenza::ingest {
namespace {

constexpr const char* kLogId = "userId";
/// A pattern of all names of listeners' ids; IsIdName is the same in C++.
constexpr const char* kIds = "(?i:(?:user|customer|listener|account|member)[ ._-]?id)";

/// The name as it stands in a pattern, in any case.
std::string Escaped(const std::string& name) {
  std::string pattern;
  for (const char c : name) {
    const bool is_word = std::isalnum(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80);
    pattern += is_word ? std::string(1, c) : fmt::format("\\x{{{:x}}}", c);
  }
  return "(?i:" + pattern + ")";
}

/// SQL: the texts that stand behind one of the keys, decoded, in their order.
std::string TextsOf(const std::string& column, const std::string& keys) {
  // A string up to its closing quote, escapes included.
  const std::string pattern = fmt::format(R"re("(?:{})"\s*:\s*("(?:[^"\\]|\\.)*"))re", keys);
  return fmt::format(
      "list_filter(list_transform(regexp_extract_all({}, {}, 1), t ->"
      " CASE WHEN json_valid(t) THEN json_extract_string(t, '$') END), t -> t IS NOT NULL)",
      column, engine::QuoteText(pattern));
}

/// SQL: the numbers that stand behind one of the keys, as the decoder would write them: 39.0 is 39,
/// and whole numbers keep all digits.
std::string NumbersOf(const std::string& column, const std::string& keys) {
  const std::string pattern =
      fmt::format(R"re("(?:{})"\s*:\s*(-?[0-9][0-9.eE+-]*)\s*[,}}\]])re", keys);
  return fmt::format(
      "list_filter(list_transform(regexp_extract_all({}, {}, 1), n ->"
      " CASE WHEN n = '-0' THEN '0' WHEN regexp_full_match(n, '-?[0-9]+') THEN n"
      " WHEN TRY_CAST(n AS DOUBLE) = trunc(TRY_CAST(n AS DOUBLE))"
      " THEN CAST(TRY_CAST(TRY_CAST(n AS DOUBLE) AS BIGINT) AS VARCHAR) ELSE n END),"
      " n -> n IS NOT NULL)",
      column, engine::QuoteText(pattern));
}

/// SQL: the list of marks of a text in which keys and values stand in plain double quotes.
std::string PlainMarks(const std::string& column, const std::vector<std::string>& id_fields) {
  const auto ids = [&](const std::string& keys) {
    return fmt::format("list_filter(list_concat({}, {}), u -> u <> '')", TextsOf(column, keys),
                       NumbersOf(column, keys));
  };
  std::string all_ids = kIds;
  for (const std::string& field : id_fields) all_ids += "|" + Escaped(field);
  const std::string names = fmt::format(
      "list_transform(list_filter(list_zip({}, {}), z -> z[1] IS NOT NULL AND z[2] IS NOT NULL),"
      " z -> z[1] || ' ' || z[2])",
      TextsOf(column, "firstName"), TextsOf(column, "lastName"));
  const std::string registrations = NumbersOf(column, "registration");
  return fmt::format(
      "list_concat(list_transform({3}, m -> 'user_id:' || m), CASE WHEN len({0}) > 0 THEN []"
      " WHEN len({1}) > 0 AND len({1}) = len({2})"
      " THEN list_transform(list_zip({1}, {2}), m -> 'person:' || m[1] || '|' || m[2])"
      " WHEN len({1}) > 0 THEN list_transform({1}, m -> 'name:' || m)"
      " ELSE list_transform({2}, m -> 'registration:' || m) END)",
      ids(kLogId), names, registrations, ids(all_ids));
}

}  // namespace

bool IsIdName(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (std::string_view(" ._-").find(c) != std::string_view::npos) continue;
    plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  static constexpr std::array<std::string_view, 5> kNames = {"userid", "customerid", "listenerid",
                                                             "accountid", "memberid"};
  return std::ranges::count(kNames, plain) > 0;
}

std::string EventMark() {
  return fmt::format(
      "CASE WHEN user_id IS NOT NULL THEN 'user_id:' || user_id ELSE coalesce({}, {}, {}) END",
      kPersonMark, kNameMark, kRegistrationMark);
}

std::string RawMarks(const std::string& column, const std::vector<std::string>& id_fields) {
  // JSON within a text of JSON, and what another language wrote for it, are not to hide a listener.
  const std::string unescaped = fmt::format(R"(regexp_replace({}, '\\+"', '"', 'g'))", column);
  const std::string requoted = fmt::format("replace({}, '''', '\"')", column);
  return fmt::format(
      "list_concat({1}, CASE WHEN contains({0}, '\\\"') THEN {2} ELSE [] END,"
      " CASE WHEN contains({0}, '\"') THEN [] ELSE {3} END)",
      column, PlainMarks(column, id_fields), PlainMarks(unescaped, id_fields),
      PlainMarks(requoted, id_fields));
}

std::string MarkHash(const std::string& salt, const std::string& mark) {
  return fmt::format("sha256({} || ({}))", engine::QuoteText(salt), mark);
}

Result<Forgotten> Forgotten::Read(lake::Lake& lake) {
  Forgotten forgotten;
  CADENZA_ASSIGN(const lake::TableState state, lake.Load(*lake::FindModel("forgotten")));
  engine::Engine& engine = lake.engine().here();
  CADENZA_TRY(engine.BindFiles("forgotten_before", state.Relation()));
  CADENZA_TRY(
      engine.Materialize("forgotten_marks", "SELECT DISTINCT mark_hash FROM forgotten_before"));
  CADENZA_ASSIGN(const engine::RowSet salts,
                 engine.Query("SELECT max(salt) FROM forgotten_before"));
  forgotten.salt_ = salts.Text();
  return forgotten;
}

std::string Forgotten::WithoutEvents(const std::string& select) const {
  if (empty()) return select;
  return fmt::format(
      // Spark lets a row go that has no mark if NOT IN stands inside of another expression.
      "SELECT * FROM ({}\n) AS arrivals WHERE coalesce({}, '') NOT IN (SELECT mark_hash FROM "
      "forgotten_marks)",
      select, MarkHash(salt_, EventMark()));
}

std::string Forgotten::WithoutRescued(const std::string& select) const {
  if (empty()) return select;
  return fmt::format(
      "SELECT * FROM ({}\n) AS rescued WHERE user_id IS NOT NULL OR _rescued IS NULL OR {}", select,
      RawIsClean("_rescued"));
}

std::string Forgotten::IsListener(const std::string& column) const {
  return MarkHash(salt_, "'user_id:' || " + column) + " IN (SELECT mark_hash FROM forgotten_marks)";
}

std::string Forgotten::WithoutListeners(const std::string& select,
                                        const std::string& column) const {
  if (empty()) return select;
  return fmt::format("SELECT * FROM ({}\n) AS listeners WHERE coalesce(NOT ({}), true)", select,
                     IsListener(column));
}

std::string Forgotten::RawIsClean(const std::string& column,
                                  const std::vector<std::string>& id_fields) const {
  if (empty()) return "true";
  return fmt::format(
      "NOT list_has_any(list_transform({}, m -> {}), (SELECT list(mark_hash) FROM "
      "forgotten_marks))",
      RawMarks(column, id_fields), MarkHash(salt_, "m"));
}

}  // namespace cadenza::ingest
