#include "decode/json_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "decode/json_number.h"
#include "decode/json_text.h"
#include "decode/object_reader.h"
#include "decode/utf8.h"

namespace cadenza::decode {
namespace {

using Outcome = JsonScan::Outcome;
constexpr std::string_view kSpace = " \t\n\r";

constexpr std::string_view kScalarEnds = " \t\n\r,:[]{}\"";

/// Reads one value with an explicit stack. Each step reports a fault by returning false.
class Scanner {
 public:
  Scanner(std::string_view text, size_t begin) : text_(text), at_(begin) {}

  JsonScan Run() {
    if (Value()) {
      while (!nesting_.empty() && Step()) {
      }
    }
    scan_.position = at_;
    return std::move(scan_);
  }

 private:
  bool AtEnd() const { return at_ >= text_.size(); }
  void SkipSpace() { at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size()); }

  bool Truncated(std::string_view inside) {
    scan_.outcome = Outcome::kTruncated;
    scan_.message = fmt::format("ends inside {} at byte {}", inside, text_.size());
    return false;
  }

  bool Malformed(std::string_view wanted) {
    scan_.outcome = Outcome::kMalformed;
    const auto c = static_cast<unsigned char>(text_[at_]);
    scan_.message = c > 0x20 && c < 0x7F
                        ? fmt::format("{} expected at byte {}, found '{}'", wanted, at_, text_[at_])
                        : fmt::format("{} expected at byte {}, found 0x{:02x}", wanted, at_, c);
    return false;
  }

  /// A closing bracket, a comma, or a further item of the innermost container.
  bool Step() {
    SkipSpace();
    const bool object = nesting_.back() == '{';
    if (AtEnd()) return Truncated(object ? "an object" : "an array");
    if (text_[at_] == (object ? '}' : ']') && (after_value_ || opened_)) {
      ++at_;
      nesting_.pop_back();
      after_value_ = true;
      opened_ = false;
      return true;
    }
    if (after_value_) {
      if (text_[at_] != ',') return Malformed(object ? "',' or '}'" : "',' or ']'");
      ++at_;
      after_value_ = false;
      return true;
    }
    opened_ = false;
    return object ? Member() : Value();
  }

  bool Member() {
    if (text_[at_] != '"') return Malformed("a key");
    if (!String()) return false;
    SkipSpace();
    if (AtEnd()) return Truncated("an object");
    if (text_[at_] != ':') return Malformed("':'");
    ++at_;
    SkipSpace();
    if (AtEnd()) return Truncated("an object");
    return Value();
  }

  bool Value() {
    const char c = text_[at_];
    if (c == '{' || c == '[') {
      if (nesting_.size() >= ObjectReader::kDepthMax) {
        return Malformed(fmt::format("at most {} levels", ObjectReader::kDepthMax));
      }
      nesting_.push_back(c);
      ++at_;
      after_value_ = false;
      opened_ = true;
      return true;
    }
    after_value_ = true;
    return c == '"' ? String() : Scalar();
  }

  bool String() {
    const size_t begin = at_ + 1;
    for (size_t i = begin; i < text_.size(); ++i) {
      const char c = text_[i];
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        return Escapes(begin, i);
      } else if (static_cast<unsigned char>(c) < 0x20) {
        at_ = i;
        return Malformed("no control character inside a string");
      }
    }
    return Truncated("a string");
  }

  bool Escapes(size_t begin, size_t end) {
    const std::string_view quoted = text_.substr(begin, end - begin);
    unescaped_.resize(quoted.size());
    if (quoted.find('\\') != quoted.npos && !Unescape(quoted, unescaped_.data())) {
      at_ = begin - 1;
      return Malformed("a string with good escapes");
    }
    at_ = end + 1;
    return true;
  }

  bool Scalar() {
    const size_t end = std::min(text_.find_first_of(kScalarEnds, at_), text_.size());
    const std::string_view token = text_.substr(at_, end - at_);
    const bool last = end == text_.size();
    for (const std::string_view literal : {"null", "true", "false"}) {
      if (token == literal) {
        at_ = end;
        return true;
      }
      if (last && !token.empty() && literal.starts_with(token)) return Truncated("a literal");
    }
    JsonNumber number;
    if (ParseNumber(token, &number)) {
      at_ = end;
      return true;
    }
    // "-", "1." and "1e" could still have become numbers.
    if (last && ParseNumber(std::string(token) + "0", &number)) return Truncated("a number");
    return Malformed("a value");
  }

  std::string_view text_;
  size_t at_;
  std::vector<char> nesting_;
  bool after_value_ = false;
  bool opened_ = false;
  std::string unescaped_;
  JsonScan scan_;
};

size_t FirstBadByte(std::string_view text) {
  size_t at = 0;
  while (const size_t length = Utf8Length(text.substr(at))) at += length;
  return at;
}

}  // namespace

JsonScan ScanValue(std::string_view text, size_t begin) { return Scanner(text, begin).Run(); }

Diagnosis Diagnose(std::string_view line) {
  if (!IsUtf8(line)) {
    return {Reason::kNotUtf8, fmt::format("not UTF-8 at byte {}", FirstBadByte(line))};
  }
  const size_t begin = line.find_first_not_of(kSpace);
  if (begin == line.npos) return {Reason::kTruncated, "nothing but white space"};
  if (line[begin] == '[') return {Reason::kNotAnObject, "an array where an object is expected"};
  const JsonScan scan = ScanValue(line, begin);
  if (line[begin] != '{' && scan.outcome == Outcome::kComplete) {
    return {Reason::kNotAnObject, "a single value where an object is expected"};
  }
  if (scan.outcome == Outcome::kTruncated) return {Reason::kTruncated, scan.message};
  if (scan.outcome == Outcome::kMalformed) return {Reason::kMalformed, scan.message};
  const size_t after = line.find_first_not_of(kSpace, scan.position);
  if (after == line.npos) return {};
  return {Reason::kTrailingContent, fmt::format("the object ends at byte {} of {}, more follows",
                                                scan.position, line.size())};
}

}  // namespace cadenza::decode
