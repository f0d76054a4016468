#include "serve/filter.h"

#include <algorithm>
#include <array>

#include "engine/sql_text.h"

namespace cadenza::serve {
namespace {

constexpr int kLevelsMax = 32, kComparisonsMax = 200;

/// Reads a condition from left to right; the first fault ends it.
class FilterReader {
 public:
  FilterReader(std::string_view text, const std::vector<engine::Column>& columns, TextFault* fault)
      : size_(text.size()), tokens_(std::string(text)), columns_(columns), fault_(fault) {}

  Result<std::string> Read() {
    CADENZA_ASSIGN(std::string sql, Condition(0));
    if (at_ < tokens_.size()) return Fault("expected and, or, or the end");
    return sql;
  }

 private:
  using Sql = Result<std::string>;

  Error Fault(std::string message) const {
    fault_->message = std::move(message);
    fault_->position = static_cast<int64_t>(at_ < tokens_.size() ? tokens_.at(at_).begin : size_);
    return Error{ErrorKind::kUsage, "the filter: " + fault_->message};
  }
  bool TakeWord(std::string_view word) {
    if (!tokens_.IsWord(at_, word)) return false;
    ++at_;
    return true;
  }
  bool TakeSymbol(std::string_view symbol) {
    if (!tokens_.IsSymbol(at_, symbol)) return false;
    ++at_;
    return true;
  }

  Sql Condition(int level) {
    CADENZA_ASSIGN(std::string sql, Term(level));
    while (TakeWord("or")) {
      CADENZA_ASSIGN(const std::string next, Term(level));
      sql += " OR " + next;
    }
    return "(" + sql + ")";
  }

  Sql Term(int level) {
    CADENZA_ASSIGN(std::string sql, Factor(level));
    while (TakeWord("and")) {
      CADENZA_ASSIGN(const std::string next, Factor(level));
      sql += " AND " + next;
    }
    return sql;
  }

  Sql Factor(int level) {
    if (level == kLevelsMax) return Fault("too many levels of brackets");
    if (TakeWord("not")) {
      CADENZA_ASSIGN(const std::string negated, Factor(level + 1));
      return "NOT (" + negated + ")";
    }
    if (!TakeSymbol("(")) return Comparison();
    CADENZA_ASSIGN(std::string sql, Condition(level + 1));
    if (!TakeSymbol(")")) return Fault("expected )");
    return sql;
  }

  Result<const engine::Column*> TakeColumn() {
    if (tokens_.IsIdentifier(at_)) {
      const std::string name = engine::Lower(tokens_.value(at_));
      for (const engine::Column& column : columns_) {
        if (engine::Lower(column.name) != name) continue;
        ++at_;
        return &column;
      }
      return Fault("no such column");
    }
    return Fault("expected a column");
  }

  Sql Comparison() {
    if (++comparisons_ > kComparisonsMax) return Fault("too many comparisons");
    CADENZA_ASSIGN(const engine::Column* column, TakeColumn());
    const std::string name = engine::QuoteName(column->name);
    if (TakeWord("is")) {
      const bool negated = TakeWord("not");
      if (!TakeWord("null")) return Fault("expected null");
      return name + (negated ? " IS NOT NULL" : " IS NULL");
    }
    const std::string negation = TakeWord("not") ? " NOT" : "";
    if (TakeWord("in")) return List(name + negation + " IN (", *column);
    if (TakeWord("between")) {
      CADENZA_ASSIGN(const std::string low, Value(*column));
      if (!TakeWord("and")) return Fault("expected and");
      CADENZA_ASSIGN(const std::string high, Value(*column));
      return name + negation + " BETWEEN " + low + " AND " + high;
    }
    if (TakeWord("like")) {
      if (tokens_.at(at_).kind != engine::TokenKind::kText) return Fault("expected a 'text'");
      CADENZA_ASSIGN(const std::string pattern, Value({"", "VARCHAR"}));
      return "CAST(" + name + " AS VARCHAR)" + negation + " LIKE " + pattern;
    }
    if (!negation.empty()) return Fault("expected in, between or like");
    CADENZA_ASSIGN(const std::string comparator, TakeComparator());
    CADENZA_ASSIGN(const std::string value, Value(*column));
    return name + " " + comparator + " " + value;
  }

  Sql TakeComparator() {
    if (TakeSymbol("=")) return std::string("=");
    if (TakeSymbol("!")) return TakeSymbol("=") ? Sql(std::string("<>")) : Sql(Fault("expected ="));
    const bool less = TakeSymbol("<");
    if (less && TakeSymbol(">")) return std::string("<>");
    if (less) return std::string(TakeSymbol("=") ? "<=" : "<");
    if (!TakeSymbol(">")) return Fault("expected a comparison");
    return std::string(TakeSymbol("=") ? ">=" : ">");
  }

  Sql List(std::string sql, const engine::Column& column) {
    if (!TakeSymbol("(")) return Fault("expected (");
    do {
      if (++comparisons_ > kComparisonsMax) return Fault("too many values");
      CADENZA_ASSIGN(const std::string value, Value(column));
      sql += (sql.ends_with('(') ? "" : ", ") + value;
    } while (TakeSymbol(","));
    if (!TakeSymbol(")")) return Fault("expected , or )");
    return sql + ")";
  }

  /// As a text that the engine casts to the column's type, so that it never is more than a value.
  Sql Value(const engine::Column& column) {
    const engine::TokenKind kind = tokens_.at(at_).kind;
    std::string text;
    if (kind == engine::TokenKind::kText && tokens_.raw(at_).starts_with('\'')) {
      text = tokens_.value(at_++);
    } else if (TakeWord("true")) {
      text = "true";
    } else if (TakeWord("false")) {
      text = "false";
    } else {
      const bool negative = TakeSymbol("-");
      if (tokens_.at(at_).kind != engine::TokenKind::kNumber) return Fault("expected a value");
      text = (negative ? "-" : "") + tokens_.value(at_++);
    }
    return "CAST(" + engine::QuoteText(text) + " AS " + column.type + ")";
  }

  size_t size_;
  engine::SqlText tokens_;
  const std::vector<engine::Column>& columns_;
  TextFault* fault_;
  size_t at_ = 0;
  int comparisons_ = 0;
};

}  // namespace

Result<std::string> FilterSql(std::string_view text, const std::vector<engine::Column>& columns,
                              TextFault* fault) {
  return FilterReader(text, columns, fault).Read();
}

}  // namespace cadenza::serve
