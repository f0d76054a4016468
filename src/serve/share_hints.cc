#include "serve/share_hints.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/utc_time.h"

namespace cadenza::serve {
namespace {

using delta::FindMember;
using delta::Json;
using delta::TextMember;

/// What a condition can be for rows of a file: where NULL makes it neither, both may be false.
struct Outcome {
  bool can_be_true = true, can_be_false = true;
};

/// Dates are texts in their order; times are milliseconds.
using Value = std::variant<int64_t, std::string>;
/// Values of a literal or a column lie in it; nothing: no bound is known.
struct Range {
  std::optional<Value> low, high;
};

std::optional<Value> WholeNumber(std::string_view text) {
  int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Value> ValueOf(const std::string& text, const std::string& type) {
  if (type == "int" || type == "long") return WholeNumber(text);
  if (type == "string") return text;
  if (type == "bool" && (text == "true" || text == "false")) return text;
  constexpr size_t kDateLength = 10;
  if (type == "date" && text.size() == kDateLength) return text;
  if (type == "timestamp" && text.ends_with('Z')) {
    if (const auto ms = ParseUtcMs(text)) return *ms;
  }
  return std::nullopt;  // of fractions the bounds are rounded, and NaN is beyond them
}

/// Times are known to the millisecond, what comes below it was cut.
Range Widened(Range range, const std::string& type) {
  if (type != "timestamp" || !range.high) return range;
  range.high = std::get<int64_t>(*range.high) + 1;
  return range;
}

std::optional<Value> Bound(const Json& stats, const char* side, const std::string& column,
                           const std::string& type) {
  const Json* bounds = FindMember(stats, side);
  const Json* bound = bounds ? FindMember(*bounds, column.c_str()) : nullptr;
  if (!bound) return std::nullopt;
  const bool is_number = type == "int" || type == "long";
  if (is_number && bound->is_number_integer()) return WholeNumber(delta::ToText(*bound));
  if (is_number || !bound->is_string()) return std::nullopt;
  return ValueOf(bound->get<std::string>(), type);
}

bool IsBelow(const std::optional<Value>& a, const std::optional<Value>& b, bool or_equal) {
  if (!a || !b || a->index() != b->index()) return true;  // not known: it can be
  return or_equal ? *a <= *b : *a < *b;
}

Outcome Compare(const std::string& op, const Range& column, const Range& literal) {
  const auto below = [&](bool or_equal) { return IsBelow(column.low, literal.high, or_equal); };
  const auto above = [&](bool or_equal) { return IsBelow(literal.low, column.high, or_equal); };
  if (op == "lessThan") return {below(false), above(true)};
  if (op == "lessThanOrEqual") return {below(true), above(false)};
  if (op == "greaterThan") return {above(false), below(true)};
  if (op == "greaterThanOrEqual") return {above(true), below(false)};
  const bool is_one = column.low && column.low == column.high && literal.low == literal.high &&
                      column.low == literal.low;
  return {below(true) && above(true), !is_one};
}

std::string Mirrored(const std::string& op) {
  if (op == "lessThan") return "greaterThan";
  if (op == "lessThanOrEqual") return "greaterThanOrEqual";
  if (op == "greaterThan") return "lessThan";
  if (op == "greaterThanOrEqual") return "lessThanOrEqual";
  return op;
}

class Conditions {
 public:
  explicit Conditions(const delta::AddFile& file) : file_(file) {
    if (const Result<Json> stats = delta::ParseObject(file.stats); stats.ok()) stats_ = *stats;
  }

  Outcome Of(const Json& condition) const {
    const Json* children = FindMember(condition, "children");
    if (!children || !children->is_array() || children->empty()) return {};
    const std::string op = TextMember(condition, "op");
    if (op == "and" || op == "or") return OfAll(*children, op == "and");
    if (op == "not") {
      const Outcome inner = Of(children->front());
      return {inner.can_be_false, inner.can_be_true};
    }
    if (op == "isNull") return OfNull(children->front());
    if (op == "equal" || Mirrored(op) != op) return OfOrder(op, *children);
    return {};
  }

 private:
  Outcome OfAll(const Json& children, bool is_and) const {
    Outcome all{is_and, !is_and};
    for (const Json& child : children) {
      const Outcome one = Of(child);
      all.can_be_true =
          is_and ? all.can_be_true && one.can_be_true : all.can_be_true || one.can_be_true;
      all.can_be_false =
          is_and ? all.can_be_false || one.can_be_false : all.can_be_false && one.can_be_false;
    }
    return all;
  }

  Outcome OfNull(const Json& column) const {
    if (TextMember(column, "op") != "column") return {};
    const std::string name = TextMember(column, "name");
    if (const auto value = file_.partition_values.find(name);
        value != file_.partition_values.end()) {
      return {!value->second, value->second.has_value()};
    }
    const Json* counts = FindMember(stats_, "nullCount");
    if (!counts) return {};
    const int64_t nulls = delta::IntegerMember(*counts, name.c_str(), -1);
    const int64_t rows = delta::IntegerMember(stats_, "numRecords", -1);
    return {nulls != 0, nulls < 0 || rows < 0 || nulls < rows};
  }

  Outcome OfOrder(const std::string& op, const Json& children) const {
    if (children.size() != 2) return {};
    const bool is_mirrored = TextMember(children[1], "op") == "column";
    const Json& column = children[is_mirrored ? 1 : 0];
    const Json& literal = children[is_mirrored ? 0 : 1];
    if (TextMember(column, "op") != "column" || TextMember(literal, "op") != "literal") return {};
    const Json* text = FindMember(literal, "value");
    if (!text || !text->is_string()) return {};
    const std::string type = TextMember(literal, "valueType");
    const auto wanted = ValueOf(text->get<std::string>(), type);
    if (!wanted) return {};
    const auto range = RangeOf(TextMember(column, "name"), type);
    if (!range) return {false, false};
    return Compare(is_mirrored ? Mirrored(op) : op, *range, Widened({wanted, wanted}, type));
  }

  /// Nothing where all rows are NULL there.
  std::optional<Range> RangeOf(const std::string& name, const std::string& type) const {
    if (const auto partition = file_.partition_values.find(name);
        partition != file_.partition_values.end()) {
      if (!partition->second) return std::nullopt;
      if (type == "timestamp") return Range{};  // of any spelling
      const auto value = ValueOf(*partition->second, type);
      return Range{value, value};
    }
    return Widened({Bound(stats_, "minValues", name, type), Bound(stats_, "maxValues", name, type)},
                   type);
  }

  const delta::AddFile& file_;
  Json stats_;
};

}  // namespace

bool MayHold(const Json& hints, const delta::AddFile& file) {
  return !hints.is_object() || Conditions(file).Of(hints).can_be_true;
}

}  // namespace cadenza::serve
