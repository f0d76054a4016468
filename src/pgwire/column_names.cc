#include "pgwire/column_names.h"

#include <array>

namespace cadenza::pgwire {
namespace {

using google::protobuf::Message;

constexpr const char* kNoName = "?column?";

/// How good a name is: a type's yields to a column's or a function's.
enum class Strength { kNone, kWeak, kGood };

struct Found {
  Strength strength = Strength::kNone;
  std::string name;
};

Found Good(std::string name) { return {Strength::kGood, std::move(name)}; }

const char* NameOfValueFunction(pg_query::SQLValueFunctionOp op) {
  switch (op) {
    case pg_query::SVFOP_CURRENT_DATE:
      return "current_date";
    case pg_query::SVFOP_CURRENT_TIME:
    case pg_query::SVFOP_CURRENT_TIME_N:
      return "current_time";
    case pg_query::SVFOP_CURRENT_TIMESTAMP:
    case pg_query::SVFOP_CURRENT_TIMESTAMP_N:
      return "current_timestamp";
    case pg_query::SVFOP_LOCALTIME:
    case pg_query::SVFOP_LOCALTIME_N:
      return "localtime";
    case pg_query::SVFOP_LOCALTIMESTAMP:
    case pg_query::SVFOP_LOCALTIMESTAMP_N:
      return "localtimestamp";
    case pg_query::SVFOP_CURRENT_ROLE:
      return "current_role";
    case pg_query::SVFOP_CURRENT_USER:
      return "current_user";
    case pg_query::SVFOP_USER:
      return "user";
    case pg_query::SVFOP_SESSION_USER:
      return "session_user";
    case pg_query::SVFOP_CURRENT_CATALOG:
      return "current_catalog";
    default:
      return "current_schema";
  }
}

Found FindName(const Node& node);

Found NameOfSubquery(const pg_query::SubLink& link) {
  switch (link.sub_link_type()) {
    case pg_query::EXISTS_SUBLINK:
      return Good("exists");
    case pg_query::ARRAY_SUBLINK:
      return Good("array");
    case pg_query::EXPR_SUBLINK: {
      const auto& select = link.subselect().select_stmt();
      if (select.target_list_size() == 0) return {};
      const auto& target = select.target_list(0).res_target();
      return target.name().empty() ? FindName(target.val()) : Good(target.name());
    }
    default:
      return {};
  }
}

Found NameOfReference(const google::protobuf::RepeatedPtrField<Node>& fields) {
  for (int i = fields.size() - 1; i >= 0; --i) {
    if (fields[i].has_string()) return Good(fields[i].string().sval());
  }
  return {};
}

Found FindName(const Node& node) {
  switch (node.node_case()) {
    case Node::kColumnRef:
      return NameOfReference(node.column_ref().fields());
    case Node::kAIndirection: {
      const Found found = NameOfReference(node.a_indirection().indirection());
      return found.strength == Strength::kNone ? FindName(node.a_indirection().arg()) : found;
    }
    case Node::kFuncCall:
      return Good(LastName(node.func_call().funcname()));
    case Node::kAExpr:
      return node.a_expr().kind() == pg_query::AEXPR_NULLIF ? Good("nullif") : Found{};
    case Node::kTypeCast: {
      Found inner = FindName(node.type_cast().arg());
      if (inner.strength == Strength::kGood) return inner;
      return {Strength::kWeak, LastName(node.type_cast().type_name().names())};
    }
    case Node::kCollateClause:
      return FindName(node.collate_clause().arg());
    case Node::kGroupingFunc:
      return Good("grouping");
    case Node::kSubLink:
      return NameOfSubquery(node.sub_link());
    case Node::kCaseExpr: {
      Found inner = FindName(node.case_expr().defresult());
      return inner.strength == Strength::kGood ? inner : Found{Strength::kWeak, "case"};
    }
    case Node::kAArrayExpr:
      return Good("array");
    case Node::kRowExpr:
      return Good("row");
    case Node::kCoalesceExpr:
      return Good("coalesce");
    case Node::kMinMaxExpr:
      return Good(node.min_max_expr().op() == pg_query::IS_GREATEST ? "greatest" : "least");
    case Node::kSqlvalueFunction:
      return Good(NameOfValueFunction(node.sqlvalue_function().op()));
    default:
      return {};
  }
}

bool IsStar(const Node& value) {
  const auto& fields = value.column_ref().fields();
  return value.has_column_ref() && !fields.empty() && fields[fields.size() - 1].has_a_star();
}

void NameTargets(pg_query::SelectStmt* select) {
  for (Node& node : *select->mutable_target_list()) {
    auto* target = node.mutable_res_target();
    if (!target->name().empty() || IsStar(target->val())) continue;
    target->set_name(NameOfColumn(target->val()));
  }
}

/// (VALUES (1, 2)) AS v has the columns column1 and column2.
void NameValues(pg_query::RangeSubselect* range) {
  const auto& select = range->subquery().select_stmt();
  if (select.values_lists_size() == 0) return;
  auto* alias = range->mutable_alias();
  if (alias->aliasname().empty()) alias->set_aliasname("unnamed_values");
  const int columns = select.values_lists(0).list().items_size();
  for (int c = alias->colnames_size(); c < columns; ++c) {
    *alias->add_colnames() = TextNode("column" + std::to_string(c + 1));
  }
}

/// generate_series(1, 3) AS g has the column g, and without an alias the function's name.
void NameFunction(pg_query::RangeFunction* range) {
  constexpr auto kOneColumn =
      std::to_array<std::string_view>({"generate_series", "unnest", "range"});
  if (range->functions_size() != 1 || range->functions(0).list().items_size() == 0) return;
  const Node& call = range->functions(0).list().items(0);
  const std::string name = LastName(call.func_call().funcname());
  if (!call.has_func_call() || range->ordinality()) return;
  if (std::find(kOneColumn.begin(), kOneColumn.end(), name) == kOneColumn.end()) return;
  auto* alias = range->mutable_alias();
  if (alias->aliasname().empty()) alias->set_aliasname(name);
  if (alias->colnames_size() == 0) *alias->add_colnames() = TextNode(alias->aliasname());
}

/// A bare VALUES as the whole query.
void NameBareValues(Node* query) {
  auto& select = *query->mutable_select_stmt();
  if (select.values_lists_size() == 0) return;
  Node outer;
  auto* around = outer.mutable_select_stmt();
  around->set_limit_option(pg_query::LIMIT_OPTION_DEFAULT);
  around->set_op(pg_query::SETOP_NONE);
  around->add_target_list()
      ->mutable_res_target()
      ->mutable_val()
      ->mutable_column_ref()
      ->add_fields()
      ->mutable_a_star();
  around->add_from_clause()->mutable_range_subselect()->mutable_subquery()->Swap(query);
  query->Swap(&outer);
}

}  // namespace

std::string NameOfColumn(const Node& value) {
  Found found = FindName(value);
  return found.strength == Strength::kNone ? kNoName : found.name;
}

void NameColumns(Node* query) {
  if (query->has_select_stmt()) NameBareValues(query);
  VisitOuterFirst(query, [](Message* message) {
    const auto* type = message->GetDescriptor();
    if (type == pg_query::SelectStmt::descriptor())
      NameTargets(static_cast<pg_query::SelectStmt*>(message));
    if (type == pg_query::RangeSubselect::descriptor())
      NameValues(static_cast<pg_query::RangeSubselect*>(message));
    if (type == pg_query::RangeFunction::descriptor())
      NameFunction(static_cast<pg_query::RangeFunction*>(message));
  });
}

}  // namespace cadenza::pgwire
