#include "pgwire/catalogue_columns.h"

#include <algorithm>
#include <map>

#include "pgwire/tree.h"

namespace cadenza::pgwire {
namespace {

using google::protobuf::Message;

/// The tables that a part of a query can name.
using Scope = std::map<std::string, const Relation*>;

class Resolution {
 public:
  explicit Resolution(const QueryContext& context) : context_(context) {}

  void Resolve(Message* message, const Scope& scope) {
    if (message->GetDescriptor() == pg_query::SelectStmt::descriptor()) {
      auto* select = static_cast<pg_query::SelectStmt*>(message);
      Scope own = scope;
      for (const Node& from : select->from_clause()) AddTables(from, &own);
      NameFunctions(select, own);
      return VisitChildren(message, [&](Message* child) { Resolve(child, own); });
    }
    if (message->GetDescriptor() == Node::descriptor()) Change(static_cast<Node*>(message), scope);
    VisitChildren(message, [&](Message* child) { Resolve(child, scope); });
  }

 private:
  void AddTables(const Node& from, Scope* scope) const {
    if (from.has_join_expr()) {
      AddTables(from.join_expr().larg(), scope);
      AddTables(from.join_expr().rarg(), scope);
    }
    if (!from.has_range_var()) return;
    const pg_query::RangeVar& table = from.range_var();
    const std::string name = table.has_alias() ? table.alias().aliasname() : table.relname();
    (*scope)[name] = context_.Find(table.schemaname(), table.relname());
  }

  /// The table that the column's name says, or the only one that can be meant.
  const Relation* TableOf(const pg_query::ColumnRef& column, const Scope& scope) const {
    const auto& fields = column.fields();
    if (fields.size() > 1) {
      const auto found = scope.find(TextOf(fields[fields.size() - 2]));
      return found == scope.end() ? nullptr : found->second;
    }
    const Relation* only = nullptr;
    for (const auto& [name, relation] : scope) {
      if (!relation || !Find(*relation, LastName(fields))) continue;
      if (only) return nullptr;
      only = relation;
    }
    return only;
  }

  static const RelationColumn* Find(const Relation& relation, const std::string& name) {
    const auto found = std::ranges::find(relation.columns, name, &RelationColumn::name);
    return found == relation.columns.end() ? nullptr : &*found;
  }

  bool IsFunction(const Node& node, const Scope& scope) const {
    if (!node.has_column_ref()) return false;
    const Relation* relation = TableOf(node.column_ref(), scope);
    const RelationColumn* column =
        relation ? Find(*relation, LastName(node.column_ref().fields())) : nullptr;
    return column && column->type.oid == kRegproc;
  }

  static Node NameOf(const Node& function) { return CallNode("pgf_name_regproc", {function}); }

  void NameFunctions(pg_query::SelectStmt* select, const Scope& scope) {
    if (!is_outermost_) return;
    is_outermost_ = false;
    for (Node& target : *select->mutable_target_list()) {
      if (!target.has_res_target() || !IsFunction(target.res_target().val(), scope)) continue;
      auto* result = target.mutable_res_target();
      if (result->name().empty()) result->set_name(LastName(result->val().column_ref().fields()));
      Node name = NameOf(result->val());
      ReplaceNode(result->mutable_val(), std::move(name));
    }
  }

  void Change(Node* node, const Scope& scope) const {
    if (node->has_type_cast() && IsFunction(node->type_cast().arg(), scope)) {
      const std::string type = LastName(node->type_cast().type_name().names());
      if (type != "text" && type != "varchar" && type != "name") return;
      Node name = NameOf(node->type_cast().arg());
      return ReplaceNode(node->mutable_type_cast()->mutable_arg(), std::move(name));
    }
    if (!node->has_column_ref() || LastName(node->column_ref().fields()) != "tableoid") return;
    const auto& fields = node->column_ref().fields();
    const Relation* relation = fields.size() > 1   ? TableOf(node->column_ref(), scope)
                               : scope.size() == 1 ? scope.begin()->second
                                                   : nullptr;
    if (!relation) return;
    ReplaceNode(node, CastNode(ConstantNode(std::to_string(relation->oid)), "oid"));
  }

  const QueryContext& context_;
  bool is_outermost_ = true;
};

}  // namespace

void ResolveCatalogueColumns(pg_query::Node* query, const QueryContext& context) {
  Resolution(context).Resolve(query, {});
}

}  // namespace cadenza::pgwire
