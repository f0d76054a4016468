#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cadenza::engine {

/// As names are compared: of SQL, of a table's columns.
std::string Lower(std::string_view text);

/// Only digits and what parts them: no time of the day, which a cast to DATE would cut off.
bool HasNoTimeOfDay(std::string_view date);

enum class TokenKind { kWord, kName, kText, kNumber, kSymbol, kEnd };

/// A piece of SQL: a word, a "name", a 'text', a number, or one character (`=>` is one symbol).
struct Token {
  TokenKind kind = TokenKind::kEnd;
  size_t begin = 0;  ///< in the text, bytes
  size_t end = 0;
};

/// A query cut into tokens, so that nothing inside quotes and comments is taken for SQL, and the
/// places where tokens are to be replaced. Knows no grammar: any text is cut.
class SqlText {
 public:
  explicit SqlText(std::string sql);

  /// Spaces and comments are no tokens.
  size_t size() const { return tokens_.size(); }
  /// kEnd beyond the last one.
  Token at(size_t index) const;
  std::string_view raw(size_t index) const;
  /// Without quotes, in lower case for words, as written for names and texts.
  std::string value(size_t index) const;

  /// `lower` is in lower case; a quoted name is no word.
  bool IsWord(size_t index, std::string_view lower) const;
  bool IsSymbol(size_t index, std::string_view symbol) const;
  /// A word or a quoted name.
  bool IsIdentifier(size_t index) const;
  /// True when the tokens from here on give the relation before them a name: `as p`, `p`, `"p"`.
  bool IsAlias(size_t index) const;
  /// True when one of the tokens is this identifier, in any case.
  bool Mentions(std::string_view lower) const;

  /// The tokens [first, last) become the text. From left to right, without overlap.
  void Replace(size_t first, size_t last, std::string text);
  /// The text with the replacements.
  std::string Replaced() const;

 private:
  struct Replacement {
    size_t begin, end;
    std::string text;
  };
  size_t SpaceEnd(size_t at) const;
  size_t CommentEnd(size_t at) const;
  size_t QuotedEnd(size_t at, bool escapes) const;
  size_t DollarEnd(size_t at) const;
  Token Next(size_t at) const;

  std::string sql_;
  std::vector<Token> tokens_;
  std::vector<Replacement> replacements_;
};

}  // namespace cadenza::engine
