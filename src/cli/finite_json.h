#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cadenza::cli {

/// Makes JSON of what an engine writes for it: NaN, Infinity and -Infinity, which JSON does not
/// have, become null. Takes a text in pieces, cut anywhere. Not thread-safe.
class FiniteJson {
 public:
  /// What is known of the text up to here, and was not given before; valid until the next call.
  std::string_view Add(std::string_view piece);
  /// What was held back of a text that ends within a value.
  std::string_view End();

 private:
  std::string out_;
  bool in_text_ = false;
  bool is_escaped_ = false;
  bool has_minus_ = false;  ///< held back, because it may belong to -Infinity
  size_t to_skip_ = 0;      ///< the rest of a name that null stands for
};

}  // namespace cadenza::cli
