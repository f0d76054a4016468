#include "query/statement_failure.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/marked_text.h"
#include "base/nearest_name.h"
#include "engine/reason_text.h"
#include "engine/sql_text.h"

namespace cadenza::query {
namespace {

constexpr auto kWords = std::to_array<std::string_view>(
    {"all",    "and",    "as",    "asc",       "between", "by",        "case",     "cast",
     "count",  "cross",  "desc",  "distinct",  "else",    "end",       "except",   "exists",
     "from",   "full",   "group", "having",    "in",      "inner",     "interval", "intersect",
     "is",     "join",   "left",  "like",      "limit",   "not",       "null",     "offset",
     "on",     "or",     "order", "outer",     "over",    "partition", "qualify",  "right",
     "select", "sum",    "then",  "timestamp", "union",   "using",     "version",  "when",
     "where",  "window", "with"});

/// What stands between two marks, without quotes; nullopt when the marks are not there.
std::optional<std::string> NameBetween(const std::string& text, std::string_view before,
                                       std::string_view after) {
  const auto found = Between(text, before, after);
  if (!found) return std::nullopt;
  std::string name(*found);
  std::erase(name, '"');
  return name;
}

/// Goes through the kinds of reasons that the engine has.
class Explanation {
 public:
  Explanation(std::string reason, const std::string& statement, const LakeState* lake)
      : reason_(std::move(reason)), sql_(statement), lake_(lake) {}

  std::string Text() const {
    if (const auto table = NameBetween(reason_, "Table with name ", " does not exist")) {
      return NoTable(*table);
    }
    for (const char* kind : {"Scalar Function", "Table Function", "Aggregate Function", "Macro"}) {
      const std::string mark = std::string(kind) + " with name ";
      const auto missing = NameBetween(reason_, mark, " does not exist");
      const auto elsewhere = NameBetween(reason_, mark, " is not in the catalog");
      if (missing || elsewhere) return NoFunction(missing ? *missing : *elsewhere);
    }
    if (const auto address = NameBetween(reason_, "File ", " requires the extension")) {
      return "files cannot be read from there (a path, or s3://BUCKET/KEY): " + *address;
    }
    if (const auto table = NameBetween(reason_, "Referenced table ", " not found!")) {
      return "the statement names no table: " + *table +
             DidYouMean(NearestName(*table, NamedTables()));
    }
    if (const auto column = NoColumnName()) return NoColumn(*column);
    if (const auto at = NameBetween(reason_, "syntax error at or near ", "\n")) return NotSql(*at);
    if (reason_.find("syntax error at end of input") != std::string::npos) {
      return "the statement ends too early";
    }
    if (reason_.find("INTERNAL Error") != std::string::npos ||
        reason_.find("FATAL Error") != std::string::npos) {
      return "a defect of the engine: " + engine::WithoutEngineWords(reason_);
    }
    return engine::WithoutEngineWords(reason_);
  }

 private:
  std::vector<std::string> Tables() const {
    std::vector<std::string> names;
    if (!lake_) return names;
    for (const auto& [name, table] : lake_->manifest().tables) names.push_back(name);
    return names;
  }

  std::string NoTable(std::string name) const {
    const size_t because = name.find(" because ");
    name.resize(std::min(name.size(), because));
    const bool is_path = name.find('/') != std::string::npos || name.find("://") != name.npos;
    const size_t dot = name.rfind('.');
    if (is_path || (dot != std::string::npos && IsText(name))) {
      return "no such file, or none of a kind that can be read (JSON, CSV, Parquet, Delta): " +
             name;
    }
    if (!lake_) {
      return fmt::format(
          "no such table: {}; no lake was named (--lake LAKE), and files stand in quotes, such as "
          "'logs/*.json'",
          name);
    }
    const std::string last = dot == std::string::npos ? name : name.substr(dot + 1);
    const lake::Model* known = lake::FindModel(engine::Lower(last));
    const bool is_meant =
        known && (dot == std::string::npos || known->layer == name.substr(0, dot));
    if (is_meant && known->is_table() && !known->job.empty()) {
      return fmt::format("no such table yet (cadenza {} makes it): {}", known->job, name);
    }
    return "no such table: " + name + DidYouMean(NearestTable(name, last));
  }

  /// With its layer where the name has one.
  std::string NearestTable(const std::string& name, const std::string& last) const {
    const std::string nearest = NearestName(last, Tables());
    const lake::Model* model = lake_->FindTable(nearest);
    return model && last.size() < name.size() ? model->layer + "." + nearest : nearest;
  }

  /// Of the lake, those that the statement names.
  std::vector<std::string> NamedTables() const {
    std::vector<std::string> names = Tables();
    std::erase_if(names, [&](const std::string& name) { return !sql_.Mentions(name); });
    return names;
  }

  static std::string NoFunction(const std::string& name) {
    constexpr std::string_view kOfTheEnd = "__postfix";
    if (!name.ends_with(kOfTheEnd)) return "no such function: " + name;
    return "nothing stands behind " + name.substr(0, name.size() - kOfTheEnd.size());
  }

  /// Written in single quotes, as files are.
  bool IsText(const std::string& name) const {
    for (size_t at = 0; at < sql_.size(); ++at) {
      if (sql_.at(at).kind == engine::TokenKind::kText && sql_.value(at) == name) return true;
    }
    return false;
  }

  std::optional<std::string> NoColumnName() const {
    for (const auto& [before, after] : {std::pair("Referenced column ", " was not"),
                                        std::pair("Referenced column ", " not found"),
                                        std::pair("does not have a column named ", "\n"),
                                        std::pair("Column ", " does not exist")}) {
      if (auto found = NameBetween(reason_ + "\n", before, after)) {
        if (found->find('\n') == std::string::npos) return found;
      }
    }
    return std::nullopt;
  }

  /// Of the tables that the statement names, and of the files what the engine says of them.
  std::string NoColumn(const std::string& name) const {
    std::vector<std::string> columns;
    for (const std::string& table : Tables()) {
      const lake::Model* model = sql_.Mentions(table) ? lake_->FindTable(table) : nullptr;
      if (!model) continue;
      for (const lake::ModelColumn& column : model->columns) columns.push_back(column.name);
    }
    std::string candidates = NameBetween(reason_ + "\n", "Candidate bindings: ", "\n").value_or("");
    for (size_t at = 0; at < candidates.size();) {
      const size_t comma = std::min(candidates.find(", ", at), candidates.size());
      const std::string candidate = candidates.substr(at, comma - at);
      columns.push_back(candidate.substr(candidate.rfind('.') + 1));
      at = comma + 2;
    }
    if (const std::string word = WordBefore(name); word == "limit" || word == "offset") {
      return fmt::format("{} takes a number, not: {}", word, name);
    }
    const std::string nearest = NearestName(name, columns);
    if (IsMeantAsText(name, nearest.empty())) {
      return fmt::format("no such column: {0}; did you mean the text '{0}'?", name);
    }
    const bool has_from = reason_.find("FROM clause is missing") == std::string::npos;
    return fmt::format("no such column: {}{}{}", name, DidYouMean(nearest),
                       has_from ? "" : "; the statement has no FROM");
  }

  /// Where a name first stands; the number of tokens where it does not.
  size_t PlaceOf(const std::string& name) const {
    for (size_t at = 0; at < sql_.size(); ++at) {
      if (sql_.IsIdentifier(at) && engine::Lower(sql_.value(at)) == engine::Lower(name)) return at;
    }
    return sql_.size();
  }

  std::string WordBefore(const std::string& name) const {
    const size_t at = PlaceOf(name);
    return at > 0 && at < sql_.size() ? sql_.value(at - 1) : "";
  }

  /// level = "paid", or == paid: as other languages write a text.
  bool IsMeantAsText(const std::string& name, bool is_near_nothing) const {
    const size_t at = PlaceOf(name);
    if (at == 0 || at >= sql_.size() || sql_.IsSymbol(at + 1, ".")) return false;
    const bool is_compared = sql_.IsSymbol(at - 1, "=") || sql_.IsSymbol(at - 1, "(") ||
                             sql_.IsSymbol(at - 1, ",") || sql_.IsWord(at - 1, "like");
    if (sql_.at(at).kind == engine::TokenKind::kName) return is_compared;
    return is_near_nothing && sql_.IsSymbol(at - 1, "=");
  }

  /// The word at fault is the one at which the engine stopped, or the one before.
  std::string NotSql(const std::string& at) const {
    std::string text = fmt::format("not understood at '{}'", at);
    for (size_t token = 0; token < sql_.size(); ++token) {
      if (engine::Lower(std::string(sql_.raw(token))) != engine::Lower(at)) continue;
      for (const size_t suspect : {token, token == 0 ? token : token - 1}) {
        const std::string word = sql_.value(suspect);
        const bool is_word = sql_.at(suspect).kind == engine::TokenKind::kWord;
        if (!is_word || std::ranges::count(kWords, word) > 0) continue;
        if (lake_ && lake_->FindTable(word)) continue;
        const std::string nearest = NearestName(word, kWords);
        if (nearest.empty()) continue;
        return fmt::format("{}; did you mean '{}' instead of '{}'?", text, nearest, word);
      }
    }
    return text;
  }

  std::string reason_;
  engine::SqlText sql_;
  const LakeState* lake_;
};

}  // namespace

Error ExplainFailure(const Error& error, const std::string& statement, const LakeState* lake) {
  constexpr auto kFirst = std::to_array<std::string_view>(
      {"select", "with", "from", "values", "describe", "show", "summarize", "explain"});
  const engine::SqlText sql(statement);
  // A statement that changes something is none of these, and is told so.
  if (error.message.find("read only here; not a query") != std::string::npos && sql.size() > 0 &&
      sql.at(0).kind == engine::TokenKind::kWord) {
    return {error.kind, error.message + DidYouMean(NearestName(sql.value(0), kFirst))};
  }
  const bool is_reason = error.message.find(" Error: ") != std::string::npos ||
                         error.message.find("requires the extension") != std::string::npos;
  if (!is_reason) return error;
  return {error.kind, Explanation(error.message, statement, lake).Text()};
}

}  // namespace cadenza::query
