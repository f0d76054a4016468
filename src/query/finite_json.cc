#include "query/finite_json.h"

#include <algorithm>
#include <cctype>

namespace cadenza::query {

std::string_view FiniteJson::Add(std::string_view piece) {
  out_.clear();
  out_.reserve(piece.size() + word_.size());
  for (const char c : piece) {
    if (in_text_) {
      in_text_ = is_escaped_ || c != '"';
      is_escaped_ = !is_escaped_ && c == '\\';
      out_ += c;
      continue;
    }
    // The letter of an exponent follows a digit, and begins no word.
    const bool is_letter = std::isalpha(static_cast<unsigned char>(c)) != 0;
    if (c == '-' || (is_letter && c != 'e' && c != 'E') || (is_letter && !word_.empty())) {
      if (c == '-') EndWord();
      word_ += c;
      continue;
    }
    EndWord();
    in_text_ = c == '"';
    out_ += c;
  }
  return out_;
}

void FiniteJson::EndWord() {
  std::string_view letters = word_;
  if (letters.starts_with('-')) letters.remove_prefix(1);
  const auto is = [&](std::string_view name) {
    return std::ranges::equal(
        letters, name, [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
  };
  out_ += is("nan") || is("inf") || is("infinity") ? "null" : std::string_view(word_);
  word_.clear();
}

std::string_view FiniteJson::End() {
  out_.clear();
  EndWord();
  return out_;
}

}  // namespace cadenza::query
