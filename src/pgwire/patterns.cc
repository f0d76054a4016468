#include "pgwire/patterns.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace cadenza::pgwire {
namespace {

constexpr size_t kPatternMax = 200;               ///< characters
constexpr int kGroupsMax = 20;                    ///< of a regular expression
constexpr size_t kCopiedMax = size_t{16} * 1024;  ///< bytes of a part of the tree that is copied

enum class Case { kAsItIs, kUpper, kLower };

struct PatternSign {
  std::string_view postgres;
  std::string_view engine;  ///< of strftime
  bool is_name = false;     ///< filled up with blanks to nine letters
  Case letters = Case::kAsItIs;
};

/// A longer one stands before those that it begins with.
constexpr auto kPatternSigns = std::to_array<PatternSign>({
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

std::string Upper(std::string_view text) {
  std::string upper(text);
  std::ranges::transform(upper, upper.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return upper;
}

const PatternSign* SignAt(std::string_view pattern) {
  const auto found = std::ranges::find_if(
      kPatternSigns, [&](const PatternSign& sign) { return pattern.starts_with(sign.postgres); });
  if (found != kPatternSigns.end()) return &*found;
  // Numbers are written alike whatever the case of their sign.
  const std::string upper = Upper(pattern.substr(0, 4));
  const auto number = std::ranges::find_if(kPatternSigns, [&](const PatternSign& sign) {
    return sign.letters == Case::kAsItIs && !sign.is_name &&
           Upper(sign.postgres) == sign.postgres && upper.starts_with(sign.postgres);
  });
  return number == kPatternSigns.end() ? nullptr : &*number;
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

  void AddSign(const PatternSign& sign, bool fills) {
    if (!sign.is_name && sign.letters == Case::kAsItIs) {
      // What the engine can write without its zeros.
      const bool may_be_short =
          std::string_view("dmHIMSjy").find(sign.engine[1]) != std::string_view::npos;
      format_ += fills || !may_be_short ? std::string(sign.engine)
                                        : "%-" + std::string(sign.engine.substr(1));
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

/// How many groups a regular expression has, with and without a name.
int GroupsOf(std::string_view pattern) {
  int groups = 0;
  bool in_brackets = false;
  for (size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '\\')
      ++at;
    else if (c == '[' || c == ']')
      in_brackets = c == '[';
    else if (c == '(' && !in_brackets)
      groups += pattern.substr(at, 2) != "(?" || pattern.substr(at, 3) == "(?P";
  }
  return groups;
}

}  // namespace

Node TimeText(Node time, std::string_view pattern) {
  const std::string_view whole = pattern;
  // A copy of the time stands in the query for each name of a day or a month.
  if (pattern.size() > kPatternMax || time.ByteSizeLong() > kCopiedMax)
    return Refusal("to_char", pattern.substr(0, kPatternMax));
  TimeParts parts(std::move(time));
  while (!pattern.empty()) {
    if (pattern.front() == '"') {
      parts.AddText(TakeQuoted(&pattern));
      continue;
    }
    const bool fills = !pattern.starts_with("FM");
    if (!fills) pattern.remove_prefix(2);
    const PatternSign* sign = SignAt(pattern);
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
    if (pattern.starts_with("FM")) {
      pattern.remove_prefix(2);
    } else if (const PatternSign* sign = SignAt(pattern)) {
      format += sign->engine;
      pattern.remove_prefix(sign->postgres.size());
    } else {
      format += pattern.front() == '%' ? "%%" : std::string(1, pattern.front());
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
  std::string run;
  const auto flush = [&] {
    if (!run.empty()) parts.push_back(ConstantNode(run));
    run.clear();
  };
  int argument = 0;
  for (size_t at = 0; at < pattern.size(); ++at) {
    const char sign = pattern[at] == '%' && at + 1 < pattern.size() ? pattern[at + 1] : ' ';
    const bool takes = sign == 's' || sign == 'I' || sign == 'L';
    if (pattern[at] != '%') {
      run += pattern[at];
      continue;
    }
    ++at;
    if (sign == '%') {
      run += '%';
      continue;
    }
    if (!takes || ++argument >= call.args_size()) return Refusal("format", pattern);
    flush();
    const Node value = CallNode("pgf_text", {call.args(argument)});
    if (sign == 's') parts.push_back(value);
    if (sign == 'I') parts.push_back(CallNode("pgf_quote_ident1", {value}));
    if (sign == 'L')
      parts.push_back(
          CallNode("ifnull", {CallNode("pgf_quote_literal1", {value}), ConstantNode("NULL")}));
  }
  flush();
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
  if (groups > kGroupsMax || call.args(0).ByteSizeLong() > kCopiedMax)
    return Refusal(name, "more groups, or of a longer text, than are taken");
  Node list;
  for (int group = groups == 0 ? 0 : 1; group <= groups; ++group) {
    *list.mutable_a_array_expr()->add_elements() =
        CallNode("regexp_extract", {call.args(0), call.args(1), NumberNode(group)});
  }
  return CallNode(name == "regexp_matches" ? "pgf_rows_of_match" : "pgf_match",
                  {call.args(0), call.args(1), std::move(list)});
}

}  // namespace cadenza::pgwire
