#pragma once

#include <string>
#include <string_view>

namespace cadenza::query {

/// Makes JSON of what an engine writes for it: numbers that are none (NaN, Infinity, -inf, …, in
/// any case), which JSON does not have, become null. Takes a text in pieces, cut anywhere. Not
/// thread-safe.
class FiniteJson {
 public:
  /// What is known of the text up to here, and was not given before; valid until the next call.
  std::string_view Add(std::string_view piece);
  /// What was held back of a text that ends within a word.
  std::string_view End();

 private:
  void EndWord();

  std::string out_;
  std::string word_;  ///< held back: a minus and the letters behind it
  bool in_text_ = false;
  bool is_escaped_ = false;
};

}  // namespace cadenza::query
