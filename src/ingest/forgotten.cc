#include "ingest/forgotten.h"

namespace cadenza::ingest {
namespace {

/// SQL: the texts that stand behind a key, decoded, in their order.
std::string TextsOf(const std::string& column, const char* key) {
  // A string up to its closing quote, escapes included.
  const std::string pattern = fmt::format(R"("{}"\s*:\s*("(?:[^"\\]|\\.)*"))", key);
  return fmt::format(
      "list_filter(list_transform(regexp_extract_all({}, {}, 1), t ->"
      " CASE WHEN json_valid(t) THEN json_extract_string(t, '$') END), t -> t IS NOT NULL)",
      column, engine::QuoteText(pattern));
}

/// SQL: the numbers that stand behind a key, as the decoder would write them: 39.0 is 39.
std::string NumbersOf(const std::string& column, const char* key) {
  const std::string pattern = fmt::format(R"("{}"\s*:\s*(-?[0-9][0-9.eE+-]*)\s*[,}}\]])", key);
  return fmt::format(
      "list_filter(list_transform(regexp_extract_all({}, {}, 1), n ->"
      " CASE WHEN TRY_CAST(n AS DOUBLE) = trunc(TRY_CAST(n AS DOUBLE))"
      " THEN CAST(TRY_CAST(TRY_CAST(n AS DOUBLE) AS BIGINT) AS VARCHAR) ELSE n END),"
      " n -> n IS NOT NULL)",
      column, engine::QuoteText(pattern));
}

}  // namespace

std::string EventMark() {
  return fmt::format(
      "CASE WHEN user_id IS NOT NULL THEN 'user_id:' || user_id ELSE coalesce({}, {}, {}) END",
      kPersonMark, kNameMark, kRegistrationMark);
}

std::string RawMarks(const std::string& column) {
  const std::string ids = fmt::format("list_filter(list_concat({}, {}), u -> u <> '')",
                                      TextsOf(column, "userId"), NumbersOf(column, "userId"));
  const std::string names = fmt::format(
      "list_transform(list_filter(list_zip({}, {}), z -> z[1] IS NOT NULL AND z[2] IS NOT NULL),"
      " z -> z[1] || ' ' || z[2])",
      TextsOf(column, "firstName"), TextsOf(column, "lastName"));
  const std::string registrations = NumbersOf(column, "registration");
  return fmt::format(
      "CASE WHEN len({0}) > 0 THEN list_transform({0}, m -> 'user_id:' || m)"
      " WHEN len({1}) > 0 AND len({1}) = len({2})"
      " THEN list_transform(list_zip({1}, {2}), m -> 'person:' || m[1] || '|' || m[2])"
      " WHEN len({1}) > 0 THEN list_transform({1}, m -> 'name:' || m)"
      " ELSE list_transform({2}, m -> 'registration:' || m) END",
      ids, names, registrations);
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

std::string Forgotten::RawIsClean(const std::string& column) const {
  if (empty()) return "true";
  return fmt::format(
      "NOT list_has_any(list_transform({}, m -> {}), (SELECT list(mark_hash) FROM "
      "forgotten_marks))",
      RawMarks(column), MarkHash(salt_, "m"));
}

}  // namespace cadenza::ingest
