#include "engine/duckdb/statement_text.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace cadenza::engine {
namespace {

/// Skips one remark or run of white space and brackets; false when there is none.
bool SkipFiller(std::string_view* sql) {
  if (sql->starts_with("--")) {
    sql->remove_prefix(std::min(sql->find('\n'), sql->size()));
    return true;
  }
  if (sql->starts_with("/*")) {
    const size_t end = sql->find("*/", 2);
    sql->remove_prefix(end == std::string_view::npos ? sql->size() : end + 2);
    return true;
  }
  const size_t filler = std::min(sql->find_first_not_of(" \t\r\n("), sql->size());
  sql->remove_prefix(filler);
  return filler > 0;
}

}  // namespace

std::string FirstWord(std::string_view sql, std::string_view* rest) {
  while (SkipFiller(&sql)) {
  }
  std::string word;
  while (word.size() < sql.size() && std::isalpha(static_cast<unsigned char>(sql[word.size()]))) {
    word += static_cast<char>(std::tolower(static_cast<unsigned char>(sql[word.size()])));
  }
  if (rest) *rest = sql.substr(word.size());
  return word;
}

bool BeginsLikeAQuery(std::string_view sql) {
  constexpr std::array<std::string_view, 9> kQueries = {
      "select", "with", "from", "values", "table", "describe", "desc", "show", "summarize"};
  std::string word = FirstWord(sql, &sql);
  while (word == "explain" || word == "analyze") word = FirstWord(sql, &sql);
  return std::ranges::count(kQueries, word) > 0;
}

}  // namespace cadenza::engine
