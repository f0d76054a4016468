#include "pgwire/alias_types.h"

#include <algorithm>
#include <array>

namespace cadenza::pgwire {
namespace {

using google::protobuf::Message;

/// An OID of a reg type that is compared with another one is its number.
void ChangeAliasComparison(pg_query::A_Expr* expression) {
  const bool has_both = expression->has_lexpr() && expression->has_rexpr();
  if (expression->kind() != pg_query::AEXPR_OP || !has_both) return;
  for (Node* side : {expression->mutable_lexpr(), expression->mutable_rexpr()}) {
    const Node& other =
        side == expression->mutable_lexpr() ? expression->rexpr() : expression->lexpr();
    const bool is_name =
        side->has_func_call() && LastName(side->func_call().funcname()).starts_with("pgf_name_reg");
    if (!is_name || IsTextConstant(other)) continue;
    const Node number = side->func_call().args(0);
    ReplaceNode(side, number);
  }
}

/// A reg type's OID cast on to text is its name, to oid its number.
void ChangeOuterAliasCasts(Message* message) {
  auto* node = As<Node>(message);
  if (node && node->has_a_expr()) return ChangeAliasComparison(node->mutable_a_expr());
  if (!node || !node->has_type_cast()) return;
  const std::string type = LastName(node->type_cast().type_name().names());
  const bool wants_number = type == "oid" || type == "int4" || type == "int8";
  const bool wants_text = type == "text" || type == "varchar" || type == "name";
  const auto& inner = node->type_cast().arg().type_cast();
  if (wants_text && LastName(inner.type_name().names()) == kNamedOid) {
    const Node number = CastNode(inner.arg(), "oid");
    return ReplaceNode(node, CallNode("pgf_name_regclass", {number}));
  }
  if (!node->type_cast().arg().has_func_call()) return;
  const std::string name = LastName(node->type_cast().arg().func_call().funcname());
  if (name.starts_with("pgf_name_reg") && wants_number) {
    const Node argument = node->type_cast().arg().func_call().args(0);
    *node->mutable_type_cast()->mutable_arg() = argument;
  }
  if (name.starts_with("pgf_to_reg") && wants_text) {
    const Node argument = node->type_cast().arg();
    ReplaceNode(node, CallNode("pgf_name_" + name.substr(7), {argument}));
  }
}

/// 'gold.plays' or '"My schema".plays' in its parts; a number stays as it is.
std::pair<std::string, std::string> QualifiedName(const std::string& text) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (const char c : text) {
    if (c == '"')
      quoted = !quoted;
    else if (c == '.' && !quoted)
      parts.emplace_back();
    else
      parts.back().push_back(quoted || c < 'A' || c > 'Z' ? c : static_cast<char>(c + 32));
  }
  return {parts.size() > 1 ? parts[parts.size() - 2] : "", parts.back()};
}

/// 'gold.plays'::regclass is an OID, oid::regclass a name. Done before the types are changed.
Outcome<void> ChangeAliasCast(Node* node, const QueryContext& context) {
  const auto& cast = node->type_cast();
  const std::string type = LastName(cast.type_name().names());
  if (!IsAliasType(type)) return {};
  const std::string kind = type == "regprocedure" ? "regproc" : type;
  if (cast.type_name().array_bounds_size() > 0) {
    const Node numbers = cast.arg();
    if (kind == "regtype") ReplaceNode(node, CallNode("pgf_names_regtype", {numbers}));
    return {};
  }
  const Node* inner = &cast.arg();
  while (inner->has_type_cast()) inner = &inner->type_cast().arg();
  const std::string text = TextOf(*inner);
  const bool is_number = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
  if (IsTextConstant(*inner) && (is_number || kind == "regclass")) {
    const auto [schema, name] = QualifiedName(text);
    const Relation* relation = is_number ? nullptr : context.Find(schema, name);
    if (!is_number && !relation) {
      return SqlError{"42P01", "relation \"" + text + "\" does not exist",
                      inner->a_const().location() + 1};
    }
    Node number = ConstantNode(relation ? std::to_string(relation->oid) : text);
    ReplaceNode(node, CastNode(std::move(number), kind == "regclass" ? kNamedOid : "oid"));
    return {};
  }
  const bool by_name = IsTextConstant(*inner) || inner->has_param_ref();
  Node argument = by_name ? CastNode(*inner, "text") : cast.arg();
  ReplaceNode(node, CallNode((by_name ? "pgf_to_" : "pgf_name_") + kind, {std::move(argument)}));
  return {};
}

}  // namespace

bool IsAliasType(std::string_view type) {
  constexpr auto kAliasTypes = std::to_array<std::string_view>(
      {"regclass", "regtype", "regproc", "regprocedure", "regnamespace", "regrole"});
  return std::ranges::find(kAliasTypes, type) != kAliasTypes.end();
}

Outcome<void> RewriteAliasTypes(Node* query, const QueryContext& context) {
  Outcome<void> outcome;
  VisitInnerFirst(query, [&](Message* message) {
    Node* node = As<Node>(message);
    if (outcome.ok() && node && node->has_type_cast()) outcome = ChangeAliasCast(node, context);
  });
  VisitInnerFirst(query, ChangeOuterAliasCasts);
  return outcome;
}

}  // namespace cadenza::pgwire
