#include "churn/firewall.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "engine/sql_text.h"

namespace cadenza::churn {
namespace {

using engine::SqlText;
using engine::TokenKind;
using WordSet = std::set<std::string, std::less<>>;

/// Functions whose value follows from their arguments alone, on both engines alike.
const WordSet& PureFunctions() {
  static const WordSet names = {"abs",
                                "any_value",
                                "avg",
                                "bit_count",
                                "bool_and",
                                "bool_or",
                                "cast",
                                "ceil",
                                "coalesce",
                                "concat",
                                "count",
                                "days_between",
                                "dense_rank",
                                "exp",
                                "first_value",
                                "floor",
                                "greatest",
                                "iso_weekday",
                                "lag",
                                "last_value",
                                "lead",
                                "least",
                                "length",
                                "ln",
                                "lower",
                                "max",
                                "max_by",
                                "min",
                                "min_by",
                                "nullif",
                                "percent_rank",
                                "position",
                                "power",
                                "rank",
                                "round",
                                "row_number",
                                "sign",
                                "sqrt",
                                "stddev_pop",
                                "stddev_samp",
                                "substr",
                                "sum",
                                "trim",
                                "upper",
                                "var_pop",
                                "var_samp",
                                "year",
                                "month",
                                "half_up_percent"};
  return names;
}

/// Words after which a parenthesis opens no call.
const WordSet& Keywords() {
  static const WordSet words = {
      "select", "from",  "where",    "in",     "and",     "or",        "not",       "case",
      "when",   "then",  "else",     "end",    "over",    "by",        "on",        "using",
      "as",     "join",  "union",    "all",    "except",  "intersect", "exists",    "having",
      "values", "with",  "distinct", "filter", "between", "is",        "partition", "order",
      "group",  "limit", "window",   "like",   "decimal", "varchar",   "any",       "some"};
  return words;
}

/// Words that read something, tell the time or draw lots without a parenthesis, or change things.
const WordSet& Forbidden() {
  static const WordSet words = {"current_date",
                                "current_timestamp",
                                "current_time",
                                "localtime",
                                "localtimestamp",
                                "current_user",
                                "current_schema",
                                "table",
                                "tablesample",
                                "sample",
                                "show",
                                "describe",
                                "summarize",
                                "pivot",
                                "unpivot",
                                "insert",
                                "update",
                                "delete",
                                "create",
                                "drop",
                                "alter",
                                "attach",
                                "copy",
                                "install",
                                "load",
                                "pragma",
                                "set",
                                "call",
                                "lateral",
                                "recursive"};
  return words;
}

const WordSet& EndsOfFrom() {
  static const WordSet words = {"where",   "group", "having", "order",     "limit",  "window",
                                "qualify", "union", "except", "intersect", "select", "offset"};
  return words;
}

class Check {
 public:
  Check(const std::string& file, int first_line, const std::string& sql,
        const std::string& relation)
      : file_(file), first_line_(first_line), sql_(sql), text_(sql), relation_(relation) {}

  Status All() {
    if (!text_.IsWord(0, "select") && !text_.IsWord(0, "with")) {
      return Refuse(0, "a feature model is one SELECT, and does not begin with");
    }
    CollectNames();
    for (size_t at = 0; at < text_.size(); ++at) CADENZA_TRY(One(at));
    return {};
  }

 private:
  int LineOf(size_t token) const {
    const size_t begin = std::min(text_.at(token).begin, sql_.size());
    return first_line_ +
           static_cast<int>(
               std::count(sql_.begin(), sql_.begin() + static_cast<std::ptrdiff_t>(begin), '\n'));
  }

  Status Refuse(size_t token, std::string_view why) const {
    return MakeError(ErrorKind::kInput, "{}:{}: {}: {}", file_, LineOf(token), why,
                     std::string(text_.raw(token)));
  }

  /// `WITH a AS (`, `, b AS (`: names of the model's own.
  void CollectNames() {
    if (!text_.IsWord(0, "with")) return;
    for (size_t at = 1; at + 2 < text_.size(); ++at) {
      if (text_.IsIdentifier(at) && text_.IsWord(at + 1, "as") && text_.IsSymbol(at + 2, "(") &&
          (text_.IsWord(at - 1, "with") || text_.IsSymbol(at - 1, ","))) {
        own_.insert(engine::Lower(text_.value(at)));
      }
    }
  }

  Status One(size_t at) {
    if (text_.IsSymbol(at, ";")) return Refuse(at, "a feature model is one SELECT, without");
    if (expects_relation_) return Relation(at);
    if (text_.IsSymbol(at, "(")) {
      in_from_.push_back(false);
      return {};
    }
    if (text_.IsSymbol(at, ")")) {
      if (in_from_.size() > 1) in_from_.pop_back();
      return {};
    }
    if (text_.IsSymbol(at, ",") && in_from_.back()) {
      expects_relation_ = true;
      return {};
    }
    return text_.at(at).kind == TokenKind::kWord || text_.at(at).kind == TokenKind::kName
               ? Word(at)
               : Status();
  }

  Status Word(size_t at) {
    const std::string word = engine::Lower(text_.value(at));
    const bool is_plain = text_.at(at).kind == TokenKind::kWord;
    if (text_.IsSymbol(at + 1, "(") && !(is_plain && Keywords().contains(word)) &&
        !IsOwnList(at, word)) {
      if (!PureFunctions().contains(word)) {
        return Refuse(at, "a feature model may not call this function");
      }
      return {};
    }
    if (!is_plain || text_.IsSymbol(at - 1, ".")) return {};
    if (Forbidden().contains(word)) return Refuse(at, "a feature model may not say");
    const bool is_distinct_from = word == "from" && at > 0 && text_.IsWord(at - 1, "distinct") &&
                                  at > 1 &&
                                  (text_.IsWord(at - 2, "is") || text_.IsWord(at - 2, "not"));
    if ((word == "from" && !is_distinct_from) || word == "join") {
      expects_relation_ = true;
      in_from_.back() = true;
    } else if (EndsOfFrom().contains(word)) {
      in_from_.back() = false;
    }
    return {};
  }

  /// `AS name(a, b)`, `name(a, b) AS (`: names of columns, no call.
  bool IsOwnList(size_t at, const std::string& word) const {
    return own_.contains(word) || (at > 0 && text_.IsWord(at - 1, "as"));
  }

  Status Relation(size_t at) {
    if (text_.IsSymbol(at, "(")) {
      const bool is_query = text_.IsWord(at + 1, "select") || text_.IsWord(at + 1, "with") ||
                            text_.IsWord(at + 1, "values");
      in_from_.push_back(!is_query);
      expects_relation_ = !is_query;
      return {};
    }
    expects_relation_ = false;
    if (text_.IsWord(at, "table")) {
      return Refuse(at + 1, "a feature model reads with FROM alone, not with TABLE");
    }
    const std::string name = engine::Lower(text_.value(at));
    const bool is_name =
        text_.IsIdentifier(at) && !text_.IsSymbol(at + 1, "(") && !text_.IsSymbol(at + 1, ".");
    if (is_name && (name == relation_ || own_.contains(name))) return {};
    return Refuse(at, fmt::format("a feature model may read only `{}`, as its header declares, not",
                                  relation_));
  }

  const std::string& file_;
  int first_line_;
  const std::string& sql_;
  SqlText text_;
  const std::string& relation_;
  WordSet own_;
  std::vector<bool> in_from_ = {false};  ///< by depth of parentheses: between FROM and its end
  bool expects_relation_ = false;
};

}  // namespace

Status CheckFeatureSql(const std::string& file, int first_line, const std::string& sql,
                       const std::string& relation) {
  return Check(file, first_line, sql, relation).All();
}

}  // namespace cadenza::churn
