#include "pgwire/expressions.h"

#include <cstdlib>

#include "pgwire/parameter.h"
#include "pgwire/patterns.h"

namespace cadenza::pgwire {
namespace {

void ChangeArrayComparison(Node* node) {
  auto* expression = node->mutable_a_expr();
  if (auto list = ListOfConstant(expression->rexpr()))
    *expression->mutable_rexpr() = std::move(*list);
  if (expression->rexpr().has_sub_link()) return;
  const std::string op = LastName(expression->name());
  const bool is_any = expression->kind() == pg_query::AEXPR_OP_ANY;
  if ((op == "=" && is_any) || (op == "<>" && !is_any)) {
    Node call = CallNode("list_contains", {expression->rexpr(), expression->lexpr()});
    ReplaceNode(node, is_any ? std::move(call) : Negation(std::move(call)));
  }
}

/// Division by zero is an error, where the engine gives NULL.
void ChangeDivisor(Node* divisor) {
  const auto& constant = divisor->a_const();
  const bool is_safe =
      divisor->has_a_const() &&
      ((constant.has_fval() && std::strtod(constant.fval().fval().c_str(), nullptr) != 0) ||
       constant.ival().ival() != 0);
  // Its text has the divisor twice: not one in the other without end.
  if (is_safe || CallsOf(*divisor, "pgf_divisor") > 8) return;
  Node inner = *divisor;
  ReplaceNode(divisor, CallNode("pgf_divisor", {std::move(inner)}));
}

/// The tree has `a LIKE like_escape(b, c)`, the engine `like_escape(a, b, c)`. Without a word for
/// it the escape is a backslash, and in the engine nothing.
void ChangeEscapedLike(Node* node) {
  const auto& expression = node->a_expr();
  Node pattern = expression.rexpr(), escape = ConstantNode("\\");
  const bool names_escape = pattern.has_func_call() &&
                            LastName(pattern.func_call().funcname()) == "like_escape" &&
                            pattern.func_call().args_size() == 2;
  if (names_escape) {
    escape = pattern.func_call().args(1);
    const Node inner = pattern.func_call().args(0);
    pattern = inner;
  } else if (IsTextConstant(pattern) && TextOf(pattern).find('\\') == std::string::npos) {
    return;
  }
  const bool any_case = expression.kind() == pg_query::AEXPR_ILIKE;
  const bool is_not = LastName(expression.name()).starts_with('!');
  const std::string name =
      std::string(is_not ? "not_" : "") + (any_case ? "ilike_escape" : "like_escape");
  const Node text = expression.lexpr();
  ReplaceNode(node, CallNode(name, {text, std::move(pattern), std::move(escape)}));
}

Outcome<void> ChangeSimilar(Node* node) {
  const auto& expression = node->a_expr();
  const auto& call = expression.rexpr().func_call();
  const bool is_plain = call.args_size() == 1 && IsTextConstant(call.args(0));
  if (!is_plain) return SqlError{"0A000", "SIMILAR TO takes a constant here, without ESCAPE"};
  Node matches = CallNode("regexp_full_match",
                          {expression.lexpr(), ConstantNode(SimilarPattern(TextOf(call.args(0))))});
  const bool is_not = LastName(expression.name()).starts_with('!');
  ReplaceNode(node, is_not ? Negation(std::move(matches)) : std::move(matches));
  return {};
}

/// a BETWEEN SYMMETRIC b AND c
void ChangeSymmetricBetween(pg_query::A_Expr* expression) {
  auto* bounds = expression->mutable_rexpr()->mutable_list()->mutable_items();
  const Node first = bounds->Get(0), second = bounds->Get(1);
  *bounds->Mutable(0) = CallNode("least", {first, second});
  *bounds->Mutable(1) = CallNode("greatest", {first, second});
  const bool is_not = expression->kind() == pg_query::AEXPR_NOT_BETWEEN_SYM;
  expression->set_kind(is_not ? pg_query::AEXPR_NOT_BETWEEN : pg_query::AEXPR_BETWEEN);
  expression->mutable_name(0)->mutable_string()->set_sval(is_not ? "NOT BETWEEN" : "BETWEEN");
}

/// An operator with one or two sides.
void ChangeOperator(Node* node, const std::string& op) {
  auto* expression = node->mutable_a_expr();
  if (op == "#" && expression->has_lexpr())
    return ReplaceNode(node, CallNode("xor", {expression->lexpr(), expression->rexpr()}));
  if ((op == "/" || op == "%") && expression->has_lexpr())
    return ChangeDivisor(expression->mutable_rexpr());
  const bool matches = op == "~" || op == "~*" || op == "!~" || op == "!~*";
  if (!matches || !expression->has_lexpr()) return;
  std::vector<Node> arguments = {expression->lexpr(), expression->rexpr()};
  if (op.ends_with('*')) arguments.push_back(ConstantNode("i"));
  Node call = CallNode("regexp_matches", std::move(arguments));
  ReplaceNode(node, op.starts_with('!') ? Negation(std::move(call)) : std::move(call));
}

}  // namespace

std::optional<Node> ListOfConstant(const Node& node) {
  if (!IsTextConstant(node)) return std::nullopt;
  auto elements = ElementsOf(TextOf(node));
  if (!elements.ok()) return std::nullopt;
  Node list;
  auto* array = list.mutable_a_array_expr();
  for (const std::optional<std::string>& element : *elements) {
    if (element)
      *array->add_elements() = ConstantNode(*element);
    else
      array->add_elements()->mutable_a_const()->set_isnull(true);
  }
  return list;
}

Outcome<void> RewriteExpression(Node* node) {
  auto* expression = node->mutable_a_expr();
  const std::string op = LastName(expression->name());
  if (expression->name_size() > 1) {  // OPERATOR(pg_catalog.~)
    expression->clear_name();
    *expression->add_name() = TextNode(op);
  }
  switch (expression->kind()) {
    case pg_query::AEXPR_OP_ANY:
    case pg_query::AEXPR_OP_ALL:
      ChangeArrayComparison(node);
      return {};
    case pg_query::AEXPR_LIKE:
    case pg_query::AEXPR_ILIKE:
      ChangeEscapedLike(node);
      return {};
    case pg_query::AEXPR_SIMILAR:
      return ChangeSimilar(node);
    case pg_query::AEXPR_BETWEEN_SYM:
    case pg_query::AEXPR_NOT_BETWEEN_SYM:
      ChangeSymmetricBetween(expression);
      return {};
    case pg_query::AEXPR_OP:
      ChangeOperator(node, op);
      return {};
    default:
      return {};
  }
}

}  // namespace cadenza::pgwire
