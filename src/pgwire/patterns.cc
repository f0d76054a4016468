#include "pgwire/patterns.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace cadenza::pgwire {
namespace {

enum class Case { kAsItIs, kUpper, kLower };

struct Sign {
  std::string_view postgres;
  std::string_view engine;  ///< of strftime
  bool is_name = false;     ///< filled up with blanks to nine letters
  Case letters = Case::kAsItIs;
};

/// A longer one stands before those that it begins with.
constexpr auto kSigns = std::to_array<Sign>({
    {"YYYY", "%Y"},
    {"IYYY", "%G"},
    {"HH24", "%H"},
    {"HH12", "%I"},
    {"MONTH", "%B", true, Case::kUpper},
    {"Month", "%B", true},
    {"month", "%B", true, Case::kLower},
    {"MON", "%b", false, Case::kUpper},
    {"Mon", "%b"},
    {"mon", "%b", false, Case::kLower},
    {"DAY", "%A", true, Case::kUpper},
    {"Day", "%A", true},
    {"day", "%A", true, Case::kLower},
    {"DDD", "%j"},
    {"YY", "%y"},
    {"MM", "%m"},
    {"DD", "%d"},
    {"MI", "%M"},
    {"SS", "%S"},
    {"MS", "%g"},
    {"US", "%f"},
    {"DY", "%a", false, Case::kUpper},
    {"Dy", "%a"},
    {"dy", "%a", false, Case::kLower},
    {"IW", "%V"},
    {"ID", "%u"},
    {"HH", "%I"},
    {"AM", "%p"},
    {"PM", "%p"},
    {"am", "%p", false, Case::kLower},
    {"pm", "%p", false, Case::kLower},
});

const Sign* SignAt(std::string_view pattern) {
  const auto found = std::ranges::find_if(
      kSigns, [&](const Sign& sign) { return pattern.starts_with(sign.postgres); });
  return found == kSigns.end() ? nullptr : &*found;
}

Node Refusal(std::string_view function, std::string_view pattern) {
  return CallNode("error",
                  {ConstantNode(std::string(function) +
                                ": this pattern is not supported: " + std::string(pattern))});
}

/// left || right, which is NULL where either is.
Node Joined(Node left, Node right) {
  Node sum;
  sum.mutable_a_expr()->set_kind(pg_query::AEXPR_OP);
  *sum.mutable_a_expr()->add_name() = TextNode("||");
  *sum.mutable_a_expr()->mutable_lexpr() = std::move(left);
  *sum.mutable_a_expr()->mutable_rexpr() = std::move(right);
  return sum;
}

/// The parts of a to_char: runs of plain signs and letters are one strftime.
class TimeParts {
 public:
  explicit TimeParts(Node time) : time_(CastNode(std::move(time), "timestamp")) {}

  void AddText(std::string_view text) {
    for (const char c : text) format_ += c == '%' ? "%%" : std::string(1, c);
  }

  void AddSign(const Sign& sign, bool fills) {
    if (!sign.is_name && sign.letters == Case::kAsItIs) {
      format_ += fills ? std::string(sign.engine) : "%-" + std::string(sign.engine.substr(1));
      return;
    }
    Node text = CallNode("strftime", {time_, ConstantNode(sign.engine)});
    if (sign.letters != Case::kAsItIs)
      text = CallNode(sign.letters == Case::kUpper ? "upper" : "lower", {std::move(text)});
    if (sign.is_name && fills)
      text = CallNode("rpad", {std::move(text), NumberNode(9), ConstantNode(" ")});
    Add(std::move(text));
  }

  void AddQuarter() {
    Add(CastNode(CallNode("date_part", {ConstantNode("quarter"), time_}), "varchar"));
  }

  Node Text() {
    Flush();
    return text_.has_value() ? std::move(*text_) : CallNode("strftime", {time_, ConstantNode("")});
  }

 private:
  void Add(Node part) {
    Flush();
    text_ = text_ ? Joined(std::move(*text_), std::move(part)) : std::move(part);
  }

  void Flush() {
    if (format_.empty()) return;
    Node part = CallNode("strftime", {time_, ConstantNode(format_)});
    format_.clear();
    text_ = text_ ? Joined(std::move(*text_), std::move(part)) : std::move(part);
  }

  Node time_;
  std::string format_;
  std::optional<Node> text_;
};

/// Of a pattern that begins with a quote: what stands in the quotes, which are taken off with it.
std::string_view TakeQuoted(std::string_view* pattern) {
  const size_t end = std::min(pattern->find('"', 1), pattern->size());
  const std::string_view text = pattern->substr(1, end - 1);
  pattern->remove_prefix(std::min(end + 1, pattern->size()));
  return text;
}

/// How many groups a regular expression has.
int GroupsOf(std::string_view pattern) {
  int groups = 0;
  for (size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] == '\\')
      ++at;
    else if (pattern[at] == '(' && pattern.substr(at, 2) != "(?")
      ++groups;
  }
  return groups;
}

}  // namespace

Node TimeText(Node time, std::string_view pattern) {
  const std::string_view whole = pattern;
  TimeParts parts(std::move(time));
  while (!pattern.empty()) {
    if (pattern.front() == '"') {
      parts.AddText(TakeQuoted(&pattern));
      continue;
    }
    const bool fills = !pattern.starts_with("FM");
    if (!fills) pattern.remove_prefix(2);
    const Sign* sign = SignAt(pattern);
    if (sign) {
      parts.AddSign(*sign, fills);
      pattern.remove_prefix(sign->postgres.size());
    } else if (pattern.starts_with("Q")) {
      parts.AddQuarter();
      pattern.remove_prefix(1);
    } else if (pattern.empty() || std::isalnum(static_cast<unsigned char>(pattern.front()))) {
      return Refusal("to_char", whole);
    } else {
      parts.AddText(pattern.substr(0, 1));
      pattern.remove_prefix(1);
    }
  }
  return parts.Text();
}

std::string TimeFormat(std::string_view pattern) {
  std::string format;
  while (!pattern.empty()) {
    if (pattern.front() == '"') {
      format += TakeQuoted(&pattern);
      continue;
    }
    if (const Sign* sign = SignAt(pattern)) {
      format += sign->engine;
      pattern.remove_prefix(sign->postgres.size());
    } else {
      format += pattern.front();
      pattern.remove_prefix(1);
    }
  }
  return format;
}

Node FormattedText(const pg_query::FuncCall& call) {
  if (call.args_size() == 0 || !IsTextConstant(call.args(0)))
    return Refusal("format", "one that is no constant");
  const std::string pattern = TextOf(call.args(0));
  std::vector<Node> parts{ConstantNode("")};
  int argument = 0;
  for (size_t at = 0; at < pattern.size(); ++at) {
    const char sign = pattern[at] == '%' && at + 1 < pattern.size() ? pattern[at + 1] : ' ';
    const bool takes = sign == 's' || sign == 'I' || sign == 'L';
    if (pattern[at] != '%') {
      parts.push_back(ConstantNode(pattern.substr(at, 1)));
      continue;
    }
    ++at;
    if (sign == '%') {
      parts.push_back(ConstantNode("%"));
      continue;
    }
    if (!takes || ++argument >= call.args_size()) return Refusal("format", pattern);
    const Node value = CallNode("pgf_text", {call.args(argument)});
    if (sign == 's') parts.push_back(value);
    if (sign == 'I') parts.push_back(CallNode("pgf_quote_ident1", {value}));
    if (sign == 'L')
      parts.push_back(
          CallNode("ifnull", {CallNode("pgf_quote_literal1", {value}), ConstantNode("NULL")}));
  }
  return CallNode("concat", std::move(parts));
}

std::string SimilarPattern(std::string_view pattern) {
  std::string expression;
  for (size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '\\' && at + 1 < pattern.size()) {
      expression += '\\';
      expression += pattern[++at];
    } else if (c == '%') {
      expression += ".*";
    } else if (c == '_') {
      expression += '.';
    } else if (c == '.' || c == '^' || c == '$') {
      expression += '\\';
      expression += c;
    } else {
      expression += c;
    }
  }
  return expression;
}

Node SubstringMatch(Node text, const Node& pattern) {
  const int group = GroupsOf(TextOf(pattern)) > 0 ? 1 : 0;
  return CallNode("pg_substring_match", {std::move(text), pattern, NumberNode(group)});
}

Node GroupsOfMatch(const pg_query::FuncCall& call) {
  const std::string name = LastName(call.funcname());
  if (call.args_size() != 2 || !IsTextConstant(call.args(1)))
    return Refusal(name, "flags, or a pattern that is no constant");
  const int groups = GroupsOf(TextOf(call.args(1)));
  Node list;
  for (int group = groups == 0 ? 0 : 1; group <= groups; ++group) {
    *list.mutable_a_array_expr()->add_elements() =
        CallNode("regexp_extract", {call.args(0), call.args(1), NumberNode(group)});
  }
  return CallNode(name == "regexp_matches" ? "pgf_rows_of_match" : "pgf_match",
                  {call.args(0), call.args(1), std::move(list)});
}

}  // namespace cadenza::pgwire
