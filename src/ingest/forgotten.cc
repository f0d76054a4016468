#include "ingest/forgotten.h"

#include <cctype>

namespace cadenza::ingest {
namespace {

/// The name as it stands in a pattern.
std::string Escaped(const std::string& name) {
  std::string pattern;
  for (const char c : name) {
    const bool is_word = std::isalnum(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80);
    pattern += is_word ? std::string(1, c) : fmt::format("\\x{{{:x}}}", c);
  }
  return pattern;
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

/// SQL: the numbers that stand behind one of the keys, as the decoder would write them: 39.0 is 39.
std::string NumbersOf(const std::string& column, const std::string& keys) {
  const std::string pattern =
      fmt::format(R"re("(?:{})"\s*:\s*(-?[0-9][0-9.eE+-]*)\s*[,}}\]])re", keys);
  return fmt::format(
      "list_filter(list_transform(regexp_extract_all({}, {}, 1), n ->"
      " CASE WHEN TRY_CAST(n AS DOUBLE) = trunc(TRY_CAST(n AS DOUBLE))"
      " THEN CAST(TRY_CAST(TRY_CAST(n AS DOUBLE) AS BIGINT) AS VARCHAR) ELSE n END),"
      " n -> n IS NOT NULL)",
      column, engine::QuoteText(pattern));
}

}  // namespace

const std::vector<std::string>& IdNames() {
  static const std::vector<std::string> kNames = {
      "userId", "customer_id", "customerId", "user_id", "listener_id", "account_id", "member_id"};
  return kNames;
}

std::string EventMark() {
  return fmt::format(
      "CASE WHEN user_id IS NOT NULL THEN 'user_id:' || user_id ELSE coalesce({}, {}, {}) END",
      kPersonMark, kNameMark, kRegistrationMark);
}

std::string RawMarks(const std::string& column, const std::vector<std::string>& id_fields) {
  const auto ids = [&](const std::string& keys) {
    return fmt::format("list_filter(list_concat({}, {}), u -> u <> '')", TextsOf(column, keys),
                       NumbersOf(column, keys));
  };
  std::string other_ids;
  for (size_t n = 1; n < IdNames().size(); ++n) {
    other_ids += (n == 1 ? "" : "|") + Escaped(IdNames()[n]);
  }
  for (const std::string& field : id_fields) other_ids += "|" + Escaped(field);
  const std::string names = fmt::format(
      "list_transform(list_filter(list_zip({}, {}), z -> z[1] IS NOT NULL AND z[2] IS NOT NULL),"
      " z -> z[1] || ' ' || z[2])",
      TextsOf(column, "firstName"), TextsOf(column, "lastName"));
  const std::string registrations = NumbersOf(column, "registration");
  return fmt::format(
      "CASE WHEN len({0}) > 0 THEN list_transform({0}, m -> 'user_id:' || m)"
      " ELSE list_concat(list_transform({3}, m -> 'user_id:' || m), CASE"
      " WHEN len({1}) > 0 AND len({1}) = len({2})"
      " THEN list_transform(list_zip({1}, {2}), m -> 'person:' || m[1] || '|' || m[2])"
      " WHEN len({1}) > 0 THEN list_transform({1}, m -> 'name:' || m)"
      " ELSE list_transform({2}, m -> 'registration:' || m) END) END",
      ids(IdNames().front()), names, registrations, ids(other_ids));
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

std::string Forgotten::IsCustomer() const {
  return MarkHash(salt_, "'user_id:' || customer_id") +
         " IN (SELECT mark_hash FROM forgotten_marks)";
}

std::string Forgotten::WithoutCustomers(const std::string& select) const {
  if (empty()) return select;
  return fmt::format("SELECT * FROM ({}\n) AS customers WHERE coalesce(NOT ({}), true)", select,
                     IsCustomer());
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
