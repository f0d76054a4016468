#include "share/pruning.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

namespace cadenza::share {
namespace {

using nlohmann::json;

/// Values of one column: from least to greatest.
struct Range {
  std::string least, greatest;
};

std::optional<double> NumberOf(const std::string& text) {
  double number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Below 0, 0, above 0; nothing for values of which one only is a number.
std::optional<int> Compare(const std::string& a, const std::string& b, const std::string& type) {
  const bool numeric =
      type == "int" || type == "long" || type == "float" || type == "double" || type == "short";
  if (!numeric) {
    // Statistics cut texts, and times may be written in several ways: only dates are compared.
    if (type != "date") return a == b ? std::optional(0) : std::nullopt;
    return a.compare(b);
  }
  const auto x = NumberOf(a), y = NumberOf(b);
  if (!x || !y) return std::nullopt;
  return *x < *y ? -1 : *x > *y ? 1 : 0;
}

std::string TextOf(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::optional<Range> RangeOf(const delta::AddFile& file, const std::string& column) {
  const auto partition = file.partition_values.find(column);
  if (partition != file.partition_values.end()) {
    if (!partition->second) return std::nullopt;
    return Range{*partition->second, *partition->second};
  }
  const json stats = json::parse(file.stats, nullptr, false);
  if (!stats.is_object() || !stats.contains("minValues") || !stats.contains("maxValues"))
    return std::nullopt;
  const json& least = stats["minValues"];
  const json& greatest = stats["maxValues"];
  if (!least.contains(column) || !greatest.contains(column)) return std::nullopt;
  return Range{TextOf(least[column]), TextOf(greatest[column])};
}

struct Leaf {
  std::string text, type;
  bool is_column = false;
};

std::optional<Leaf> LeafOf(const json& node) {
  if (!node.is_object()) return std::nullopt;
  const std::string op = node.value("op", "");
  if (op == "column") return Leaf{node.value("name", ""), node.value("valueType", ""), true};
  if (op == "literal" && node.contains("value"))
    return Leaf{TextOf(node["value"]), node.value("valueType", ""), false};
  return std::nullopt;
}

bool CanSkipComparison(const delta::AddFile& file, std::string op, const json& children) {
  if (!children.is_array() || children.size() != 2) return false;
  auto left = LeafOf(children[0]), right = LeafOf(children[1]);
  if (!left || !right || left->is_column == right->is_column) return false;
  if (right->is_column) {
    std::swap(left, right);
    if (op.starts_with("less"))
      op.replace(0, 4, "greater");
    else if (op.starts_with("greater"))
      op.replace(0, 7, "less");
  }
  const auto range = RangeOf(file, left->text);
  if (!range) return false;
  const bool is_partition = file.partition_values.contains(left->text);
  const auto to_least = Compare(right->text, range->least, right->type);
  const auto to_greatest = Compare(right->text, range->greatest, right->type);
  if (op == "equal") {
    if (is_partition && right->type == "string") return right->text != range->least;
    return (to_least && *to_least < 0) || (to_greatest && *to_greatest > 0);
  }
  if (op == "lessThan") return to_least && *to_least <= 0;
  if (op == "lessThanOrEqual") return to_least && *to_least < 0;
  if (op == "greaterThan") return to_greatest && *to_greatest >= 0;
  if (op == "greaterThanOrEqual") return to_greatest && *to_greatest > 0;
  return false;
}

bool CanSkipAt(const delta::AddFile& file, const json& condition, int depth) {
  constexpr int kDepthMax = 50;
  if (!condition.is_object() || depth > kDepthMax) return false;
  const std::string op = condition.value("op", "");
  const json children = condition.value("children", json::array());
  if (op == "and") {
    return std::any_of(children.begin(), children.end(),
                       [&](const json& child) { return CanSkipAt(file, child, depth + 1); });
  }
  if (op == "or") {
    return !children.empty() &&
           std::all_of(children.begin(), children.end(),
                       [&](const json& child) { return CanSkipAt(file, child, depth + 1); });
  }
  return CanSkipComparison(file, op, children);
}

}  // namespace

bool CanSkip(const delta::AddFile& file, const json& condition) {
  return CanSkipAt(file, condition, 0);
}

}  // namespace cadenza::share
