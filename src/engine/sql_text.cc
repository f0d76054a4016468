#include "engine/sql_text.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace cadenza::engine {
namespace {

bool IsSpace(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Bytes beyond ASCII belong to words, as in the engine.
bool IsWordCharacter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || c == '_' || byte >= 0x80;
}

/// Words that can follow a relation and are no name for it.
constexpr auto kAfterRelation = std::to_array<std::string_view>(
    {"anti",    "asof",   "at",           "cross",       "except",     "fetch",       "for",
     "from",    "full",   "group",        "having",      "inner",      "intersect",   "join",
     "lateral", "left",   "limit",        "natural",     "offset",     "on",          "order",
     "outer",   "pivot",  "pivot_longer", "pivot_wider", "positional", "qualify",     "returning",
     "right",   "sample", "select",       "semi",        "set",        "tablesample", "union",
     "unpivot", "using",  "when",         "where",       "window"});

}  // namespace

bool HasNoTimeOfDay(std::string_view date) {
  return date.find_first_not_of("0123456789-/") == date.npos;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

SqlText::SqlText(std::string sql) : sql_(std::move(sql)) {
  size_t at = SpaceEnd(0);
  while (at < sql_.size()) {
    tokens_.push_back(Next(at));
    at = SpaceEnd(tokens_.back().end);
  }
}

size_t SqlText::SpaceEnd(size_t at) const {
  while (at < sql_.size()) {
    const size_t end = IsSpace(sql_[at]) ? at + 1 : CommentEnd(at);
    if (end == at) return at;
    at = end;
  }
  return at;
}

/// Block comments can stand in one another.
size_t SqlText::CommentEnd(size_t at) const {
  if (sql_.compare(at, 2, "--") == 0) return std::min(sql_.find('\n', at), sql_.size());
  if (sql_.compare(at, 2, "/*") != 0) return at;
  int depth = 0;
  while (at < sql_.size()) {
    const bool opens = sql_.compare(at, 2, "/*") == 0;
    const bool closes = sql_.compare(at, 2, "*/") == 0;
    at += opens || closes ? 2 : 1;
    depth += opens ? 1 : 0;
    depth -= closes ? 1 : 0;
    if (depth == 0) return at;
  }
  return sql_.size();
}

/// A doubled quote stands for itself.
size_t SqlText::QuotedEnd(size_t at, bool escapes) const {
  const char quote = sql_[at++];
  while (at < sql_.size()) {
    const bool doubled = sql_[at] == quote && at + 1 < sql_.size() && sql_[at + 1] == quote;
    const bool escaped = escapes && sql_[at] == '\\';
    if (sql_[at] == quote && !doubled) return at + 1;
    at += doubled || escaped ? 2 : 1;
  }
  return sql_.size();
}

/// $$text$$ or $tag$text$tag$; `at` when it is neither, such as $1.
size_t SqlText::DollarEnd(size_t at) const {
  size_t end = at + 1;
  if (end < sql_.size() && IsDigit(sql_[end])) return at;
  while (end < sql_.size() && IsWordCharacter(sql_[end])) ++end;
  if (end == sql_.size() || sql_[end] != '$') return at;
  const std::string tag = sql_.substr(at, end + 1 - at);
  const size_t close = sql_.find(tag, end + 1);
  return close == std::string::npos ? sql_.size() : close + tag.size();
}

Token SqlText::Next(size_t at) const {
  const char c = sql_[at];
  if (c == '\'') return {TokenKind::kText, at, QuotedEnd(at, false)};
  if (c == '"') return {TokenKind::kName, at, QuotedEnd(at, false)};
  if ((c == 'e' || c == 'E') && at + 1 < sql_.size() && sql_[at + 1] == '\'') {
    return {TokenKind::kText, at, QuotedEnd(at + 1, true)};
  }
  if (c == '$') {
    const size_t end = DollarEnd(at);
    if (end > at) return {TokenKind::kText, at, end};
  }
  size_t end = at;
  if (IsDigit(c)) {
    while (end < sql_.size() && (IsWordCharacter(sql_[end]) || sql_[end] == '.')) ++end;
    return {TokenKind::kNumber, at, end};
  }
  while (end < sql_.size() && IsWordCharacter(sql_[end])) ++end;
  if (end > at) return {TokenKind::kWord, at, end};
  return {TokenKind::kSymbol, at, at + (sql_.compare(at, 2, "=>") == 0 ? 2 : 1)};
}

Token SqlText::at(size_t index) const {
  return index < tokens_.size() ? tokens_[index] : Token{TokenKind::kEnd, sql_.size(), sql_.size()};
}

std::string_view SqlText::raw(size_t index) const {
  const Token token = at(index);
  return std::string_view(sql_).substr(token.begin, token.end - token.begin);
}

std::string SqlText::value(size_t index) const {
  const std::string_view text = raw(index);
  if (at(index).kind == TokenKind::kWord) return Lower(text);
  const bool quoted = text.size() >= 2 && (text[0] == '\'' || text[0] == '"');
  if (!quoted) return std::string(text);
  std::string plain;
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    plain += text[i];
    if (text[i] == text[0]) ++i;
  }
  return plain;
}

bool SqlText::IsWord(size_t index, std::string_view lower) const {
  return at(index).kind == TokenKind::kWord && Lower(raw(index)) == lower;
}

bool SqlText::IsSymbol(size_t index, std::string_view symbol) const {
  return at(index).kind == TokenKind::kSymbol && raw(index) == symbol;
}

bool SqlText::IsIdentifier(size_t index) const {
  const TokenKind kind = at(index).kind;
  return kind == TokenKind::kWord || kind == TokenKind::kName;
}

bool SqlText::IsAlias(size_t index) const {
  if (at(index).kind == TokenKind::kName) return true;
  return at(index).kind == TokenKind::kWord &&
         std::ranges::count(kAfterRelation, value(index)) == 0;
}

bool SqlText::Mentions(std::string_view lower) const {
  for (size_t i = 0; i < size(); ++i) {
    if (IsIdentifier(i) && Lower(value(i)) == lower) return true;
  }
  return false;
}

void SqlText::Replace(size_t first, size_t last, std::string text) {
  replacements_.push_back({at(first).begin, at(last - 1).end, std::move(text)});
}

std::string SqlText::Replaced() const {
  std::string text;
  size_t done = 0;
  for (const Replacement& replacement : replacements_) {
    text += sql_.substr(done, replacement.begin - done) + replacement.text;
    done = replacement.end;
  }
  return text + sql_.substr(done);
}

}  // namespace cadenza::engine
