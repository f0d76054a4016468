#include "serve/metric_condition.h"

#include <cstdlib>

namespace cadenza::serve {

/// Reads the condition and gives its truth in the same walk: all of it is read in any case.
struct MetricCondition::Reader {
  const engine::SqlText& text;
  const CustomerClass& customers;
  int64_t engaged_sessions;
  size_t at = 0;
  bool is_wrong = false;

  bool TakeWord(std::string_view word) {
    if (!text.IsWord(at, word)) return false;
    ++at;
    return true;
  }
  bool TakeSymbol(std::string_view symbol) {
    if (!text.IsSymbol(at, symbol)) return false;
    ++at;
    return true;
  }

  bool Condition() {
    bool truth = Term();
    while (TakeWord("or")) truth = Term() || truth;
    return truth;
  }

  bool Term() {
    bool truth = Factor();
    while (TakeWord("and")) truth = Factor() && truth;
    return truth;
  }

  bool Factor() {
    if (TakeWord("not")) return !Factor();
    if (TakeWord("true")) return true;
    if (TakeWord("false")) return false;
    if (TakeWord("is_paid")) return customers.is_paid;
    if (!TakeSymbol("(")) return Comparison();
    const bool truth = Condition();
    is_wrong = !TakeSymbol(")") || is_wrong;
    return truth;
  }

  bool Comparison() {
    const int64_t left = Value();
    const bool less = TakeSymbol("<"), greater = TakeSymbol(">"), equal = TakeSymbol("=");
    const int64_t right = Value();
    is_wrong = is_wrong || !(less || greater || equal);
    return (less && left < right) || (greater && left > right) || (equal && left == right);
  }

  int64_t Value() {
    if (TakeWord("sessions")) return customers.sessions;
    if (TakeWord("engaged_sessions")) return engaged_sessions;
    const bool is_number = text.at(at).kind == engine::TokenKind::kNumber;
    is_wrong = is_wrong || !is_number;
    return is_number ? std::strtoll(std::string(text.raw(at++)).c_str(), nullptr, 10) : 0;
  }
};

Result<MetricCondition> MetricCondition::Parse(const std::string& text) {
  MetricCondition condition(text);
  const CustomerClass nobody;
  Reader reader{condition.text_, nobody, 1};
  reader.Condition();
  if (reader.is_wrong || reader.at != condition.text_.size()) {
    return MakeError(ErrorKind::kInput, "not a condition of a metric: {}", text);
  }
  return condition;
}

bool MetricCondition::Holds(const CustomerClass& customers, int64_t engaged_sessions) const {
  return Reader{text_, customers, engaged_sessions}.Condition();
}

}  // namespace cadenza::serve
