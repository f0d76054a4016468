#include "cli/finite_json.h"

namespace cadenza::cli {
namespace {

constexpr size_t kNan = 3;       // bytes of NaN
constexpr size_t kInfinity = 8;  // bytes of Infinity

}  // namespace

std::string_view FiniteJson::Add(std::string_view piece) {
  out_.clear();
  out_.reserve(piece.size() + 2);
  for (const char c : piece) {
    if (to_skip_ > 0) {
      --to_skip_;
      continue;
    }
    if (in_text_) {
      in_text_ = is_escaped_ || c != '"';
      is_escaped_ = !is_escaped_ && c == '\\';
      out_ += c;
      continue;
    }
    // Outside of texts no other word of JSON begins like these.
    if (c == 'N' || c == 'I') {
      to_skip_ = (c == 'N' ? kNan : kInfinity) - 1;
      has_minus_ = false;
      out_ += "null";
      continue;
    }
    if (has_minus_) out_ += '-';
    has_minus_ = c == '-';
    in_text_ = c == '"';
    if (!has_minus_) out_ += c;
  }
  return out_;
}

std::string_view FiniteJson::End() {
  out_.assign(has_minus_ ? 1 : 0, '-');
  has_minus_ = false;
  return out_;
}

}  // namespace cadenza::cli
