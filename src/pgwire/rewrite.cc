#include "pgwire/rewrite.h"

#include <pg_query.h>

#include <optional>
#include <set>

#include "engine/sql_text.h"
#include "pgwire/alias_types.h"
#include "pgwire/catalogue_columns.h"
#include "pgwire/column_names.h"
#include "pgwire/engine_type_name.h"
#include "pgwire/expressions.h"
#include "pgwire/functions.h"
#include "pgwire/origins.h"
#include "pgwire/query_check.h"
#include "pgwire/tree.h"

namespace cadenza::pgwire {
namespace {

using google::protobuf::Message;

/// Another value at each look.
bool IsVolatile(const Node& value) {
  return CallsOf(value, "random") + CallsOf(value, "gen_random_uuid") > 0;
}

/// A cast to text writes as PostgreSQL does, one to varchar(3) cuts.
void ChangeTextCast(Message* message) {
  auto* node = As<Node>(message);
  if (!node || !node->has_type_cast()) return;
  const auto& cast = node->type_cast();
  const std::string type = LastName(cast.type_name().names());
  const bool is_text = type == "text" || type == "varchar" || type == "bpchar";
  if (!is_text || cast.type_name().array_bounds_size() > 0) return;
  // The function's text has its argument several times: no query of a value, none in the other.
  const bool is_plain = cast.arg().has_a_const() || cast.arg().has_param_ref() ||
                        cast.arg().has_sub_link() || IsVolatile(cast.arg()) ||
                        CallsOf(cast.arg(), "pgf_text") > 2;
  Node text = is_plain ? CastNode(cast.arg(), "varchar") : CallNode("pgf_text", {cast.arg()});
  const auto& modifiers = cast.type_name().typmods();
  if (modifiers.size() == 1) {
    const Node length = modifiers[0];
    return ReplaceNode(node, CallNode("left", {std::move(text), length}));
  }
  if (!is_plain) ReplaceNode(node, std::move(text));
}

/// One query on its way into the engine's SQL. The first thing that is wrong ends it.
class Rewriting {
 public:
  Rewriting(Node* query, const QueryContext& context) : query_(query), context_(context) {}

  Outcome<void> Run() {
    VisitOuterFirst(query_, [this](Message* message) { Look(message); });
    if (error_) return *error_;
    ResolveCatalogueColumns(query_, context_);
    CADENZA_TRY(RewriteAliasTypes(query_, context_));
    VisitInnerFirst(query_, ChangeTextCast);
    VisitInnerFirst(query_, [this](Message* message) { Change(message); });
    if (error_) return *error_;
    return {};
  }

  bool reads_lake() const { return reads_lake_; }

 private:
  void Fail(SqlError error) {
    if (!error_) error_ = std::move(error);
  }

  // First pass: names, and what may not be.
  void Look(Message* message);
  void LookAtFunctions(pg_query::RangeFunction* range);
  // Second pass, from the inside out.
  void Change(Message* message);
  void ChangeTable(pg_query::RangeVar* table);
  static void ChangeSeries(Node* value);
  void ChangeColumn(pg_query::ColumnRef* column);
  void ChangeType(pg_query::TypeName* type);
  void ChangeCast(Node* node);
  void ChangePage(Node* node);
  void ChangeParameter(Node* node);
  void ChangeIndirection(Node* node);
  void ChangeNode(Node* node);

  Node* query_;
  const QueryContext& context_;
  std::optional<SqlError> error_;
  std::set<std::string> with_names_;
  bool reads_lake_ = false;
};

void Rewriting::Look(Message* message) {
  const std::string& kind = message->GetDescriptor()->name();
  if (kind.ends_with("Stmt") && kind != "SelectStmt") {
    return Fail({"25006", "cannot execute " + kind + " in a read-only transaction"});
  }
  if (kind == "IntoClause") {
    return Fail({"25006", "cannot execute SELECT INTO in a read-only transaction"});
  }
  if (auto* with = As<pg_query::CommonTableExpr>(message)) {
    // A name such as 'a.csv' would be a file where the name is out of scope.
    if (with->ctename().find_first_of("./\\:*?[") != std::string::npos) {
      return Fail({"42602", "this name of WITH is not supported: " + with->ctename()});
    }
    with_names_.insert(with->ctename());
  }
  if (auto* select = As<pg_query::SelectStmt>(message)) select->clear_locking_clause();
  if (auto* range = As<pg_query::RangeFunction>(message)) LookAtFunctions(range);
  if (auto* call = As<pg_query::FuncCall>(message)) {
    const std::string name = LastName(call->funcname());
    // The grammar makes names small but for those in quotes; the engine knows no difference.
    const bool is_small = engine::Lower(name) == name;
    if (!is_small || name.starts_with("pgf_"))
      Fail({"42883", "function " + name + " does not exist", call->location() + 1});
    else if (IsForbiddenFunction(name))
      Fail({"42501", "permission denied for function " + name, call->location() + 1});
  }
}

void Rewriting::LookAtFunctions(pg_query::RangeFunction* range) {
  for (Node& item : *range->mutable_functions()) {
    if (item.list().items_size() == 0 || !item.list().items(0).has_func_call()) continue;
    const auto& call = item.list().items(0).func_call();
    const std::string name = LastName(call.funcname());
    if (name == "pg_partition_ancestors" && call.args_size() == 1) {
      // No table here is a partition: as if each were one of its own.
      Node list;
      *list.mutable_a_array_expr()->add_elements() = call.args(0);
      ReplaceNode(item.mutable_list()->mutable_items(0), CallNode("unnest", {std::move(list)}));
      continue;
    }
    if (IsTableFunction(name)) continue;
    Fail({"42883", "function " + name + " does not exist, or does not make a table",
          call.location() + 1});
  }
}

void Rewriting::Change(Message* message) {
  if (auto* table = As<pg_query::RangeVar>(message)) return ChangeTable(table);
  if (auto* type = As<pg_query::TypeName>(message)) return ChangeType(type);
  if (auto* column = As<pg_query::ColumnRef>(message)) return ChangeColumn(column);
  if (auto* target = As<pg_query::ResTarget>(message)) return ChangeSeries(target->mutable_val());
  if (auto* node = As<Node>(message)) return ChangeNode(node);
}

void Rewriting::ChangeTable(pg_query::RangeVar* table) {
  if (table->schemaname().empty() && with_names_.contains(table->relname())) return;
  const Relation* relation = context_.Find(table->schemaname(), table->relname());
  const bool other_database =
      !table->catalogname().empty() && table->catalogname() != context_.database;
  if (other_database) {
    return Fail({"0A000", "cross-database references are not implemented: " + table->catalogname(),
                 table->location() + 1});
  }
  if (!relation) {
    const std::string name = table->schemaname().empty()
                                 ? table->relname()
                                 : table->schemaname() + "." + table->relname();
    return Fail({"42P01", "relation \"" + name + "\" does not exist", table->location() + 1});
  }
  if (!table->has_alias()) table->mutable_alias()->set_aliasname(table->relname());
  table->set_catalogname(relation->engine_catalog);
  table->set_schemaname(relation->engine_schema);
  table->set_relname(relation->name);
  reads_lake_ |= relation->schema != "pg_catalog" && relation->schema != "information_schema";
}

/// generate_series among the columns of a result makes rows, where the engine makes a list.
void Rewriting::ChangeSeries(Node* value) {
  if (value->has_type_cast()) return ChangeSeries(value->mutable_type_cast()->mutable_arg());
  if (value->has_a_expr()) {
    auto* expression = value->mutable_a_expr();
    if (expression->has_lexpr()) ChangeSeries(expression->mutable_lexpr());
    if (expression->has_rexpr()) ChangeSeries(expression->mutable_rexpr());
    return;
  }
  const bool is_series =
      value->has_func_call() && LastName(value->func_call().funcname()) == "generate_series";
  if (!is_series) return;
  const auto& bounds = value->func_call().args();
  const bool is_integer = std::ranges::all_of(
      bounds, [](const Node& bound) { return bound.has_a_const() && bound.a_const().has_ival(); });
  Node rows = CallNode("unnest", {Node(*value)});
  ReplaceNode(value, is_integer ? CastNode(std::move(rows), "integer") : std::move(rows));
}

void Rewriting::ChangeColumn(pg_query::ColumnRef* column) {
  auto* fields = column->mutable_fields();
  // gold.plays.level and lake.gold.plays.level: each table has its own name as alias.
  while (fields->size() >= 3) fields->DeleteSubrange(0, 1);
}

void Rewriting::ChangeType(pg_query::TypeName* type) {
  const std::string name = LastName(type->names());
  const bool constrained = type->typmods_size() > 0;
  type->clear_names();
  *type->add_names() = TextNode(EngineTypeName(name));
  if (name == "int2vector" || name == "oidvector") {
    type->mutable_names(0)->mutable_string()->set_sval(name == "oidvector" ? "uinteger"
                                                                           : "smallint");
    type->add_array_bounds()->mutable_integer()->set_ival(-1);
  }
  if (name == "numeric" && !constrained) {
    *type->add_typmods() = NumberNode(38);
    *type->add_typmods() = NumberNode(10);
  }
  if (name == "bpchar" || name == "timestamptz" || name == "timestamp" || name == "time" ||
      name == "varchar" || name == "interval") {
    type->clear_typmods();
  }
  if (IsAliasType(name)) {
    type->mutable_names(0)->mutable_string()->set_sval("uinteger");
  }
}

void Rewriting::ChangeParameter(Node* node) {
  const auto number = static_cast<size_t>(node->param_ref().number());
  if (number == 0 || number > context_.parameter_types.size()) return;
  const uint32_t type = context_.parameter_types[number - 1];
  if (type == 0 || type == kUnknown) return;
  Node value;
  value.mutable_a_const()->set_isnull(true);
  if (!context_.parameters_are_null) value = *node;
  ReplaceNode(node, CastNode(std::move(value), EngineType(type)));
}

void Rewriting::ChangeIndirection(Node* node) {
  auto* indirection = node->mutable_a_indirection();
  // The engine's arrays begin at 1, the vectors of the catalogue at 0.
  const Node& of = indirection->arg();
  const std::string column = of.has_column_ref() ? LastName(of.column_ref().fields()) : "";
  const bool is_vector = column.starts_with("ind") || column == "proargtypes";
  for (Node& part : *indirection->mutable_indirection()) {
    if (!is_vector || !part.has_a_indices() || part.a_indices().is_slice()) continue;
    Node sum;
    sum.mutable_a_expr()->set_kind(pg_query::AEXPR_OP);
    *sum.mutable_a_expr()->add_name() = TextNode("+");
    *sum.mutable_a_expr()->mutable_lexpr() = part.a_indices().uidx();
    *sum.mutable_a_expr()->mutable_rexpr() = NumberNode(1);
    *part.mutable_a_indices()->mutable_uidx() = std::move(sum);
  }
  const bool of_call =
      of.has_func_call() && LastName(of.func_call().funcname()) == "pgf__pg_expandarray1";
  if (!of_call || !indirection->indirection(0).has_string()) return;
  const Node array = of.func_call().args(0);
  const std::string field = indirection->indirection(0).string().sval();
  ReplaceNode(node, field == "x" ? CallNode("unnest", {array})
                                 : CastNode(CallNode("generate_subscripts", {array, NumberNode(1)}),
                                            "integer"));
}

/// All rows of a table stand on page 0: who reads it in ranges of pages (ctid) gets them with the
/// range that begins there.
void Rewriting::ChangePage(Node* node) {
  if (node->has_column_ref()) {
    if (LastName(node->column_ref().fields()) == "ctid")
      ReplaceNode(node, CastNode(ConstantNode("0"), "int8"));
    return;
  }
  std::string page = TextOf(node->type_cast().arg());
  page = page.starts_with('(') ? page.substr(1, page.find(',') - 1) : "";
  if (page.empty() || page.find_first_not_of("0123456789") != page.npos)
    return Fail({"22P02", "invalid input syntax for type tid"});
  ReplaceNode(node, CastNode(ConstantNode(page), "int8"));
}

void Rewriting::ChangeNode(Node* node) {
  switch (node->node_case()) {
    case Node::kColumnRef:
      return ChangePage(node);
    case Node::kAExpr:
      if (const Outcome<void> changed = RewriteExpression(node); !changed.ok())
        Fail(changed.error());
      return;
    case Node::kFuncCall:
      return RewriteCall(node, context_);
    case Node::kSqlvalueFunction:
      return RewriteValueFunction(node, context_);
    case Node::kTypeCast:
      return ChangeCast(node);
    case Node::kParamRef:
      return ChangeParameter(node);
    case Node::kAIndirection:
      return ChangeIndirection(node);
    case Node::kCollateClause:
      return ReplaceNode(node, node->collate_clause().arg());
    default:
      return;
  }
}

void Rewriting::ChangeCast(Node* node) {
  if (LastName(node->type_cast().type_name().names()) == "tid") return ChangePage(node);
  const std::string text = TextOf(node->type_cast().arg());
  if (LastName(node->type_cast().type_name().names()) == "bytea" && text.starts_with("\\x")) {
    return ReplaceNode(node, CallNode("unhex", {ConstantNode(text.substr(2))}));
  }
  const auto& type = node->type_cast().type_name();
  const bool is_array = type.array_bounds_size() > 0;
  if (is_array) {
    if (auto list = ListOfConstant(node->type_cast().arg()))
      *node->mutable_type_cast()->mutable_arg() = std::move(*list);
  }
}

Outcome<std::string> Deparse(const Node& query) {
  pg_query::ParseResult tree;
  tree.set_version(PG_VERSION_NUM);
  *tree.add_stmts()->mutable_stmt() = query;
  std::string bytes;
  if (!tree.SerializeToString(&bytes))
    return SqlError{"54001", "the statement is nested too deeply"};
  const PgQueryDeparseResult result = pg_query_deparse_protobuf({bytes.size(), bytes.data()});
  Outcome<std::string> sql = std::string();
  if (result.error) {
    sql = SqlError{"0A000", std::string("this query is not supported: ") + result.error->message};
  } else {
    sql = std::string(result.query);
  }
  pg_query_free_deparse_result(result);
  return sql;
}

}  // namespace

const Relation* QueryContext::Find(std::string_view schema, std::string_view name) const {
  const auto in = [&](std::string_view where) -> const Relation* {
    const auto found = relations->find({std::string(where), std::string(name)});
    return found == relations->end() ? nullptr : &found->second;
  };
  if (!schema.empty()) return in(schema);
  if (const Relation* found = in("pg_catalog")) return found;
  for (const std::string& part : search_path) {
    if (const Relation* found = in(part)) return found;
  }
  return nullptr;
}

void TypeParameters(const pg_query::Node& query, std::vector<uint32_t>* types) {
  const auto is_unknown = [](uint32_t type) { return type == 0 || type == kUnknown; };
  if (std::ranges::none_of(*types, is_unknown)) return;
  Node tree = query;
  VisitOuterFirst(&tree, [&](Message* message) {
    const auto* node = As<Node>(message);
    if (!node || !node->has_type_cast() || !node->type_cast().arg().has_param_ref()) return;
    const auto number = static_cast<size_t>(node->type_cast().arg().param_ref().number());
    const pg_query::TypeName& name = node->type_cast().type_name();
    const uint32_t type = TypeNamed(LastName(name.names()));
    const bool is_alias = type == kRegclass || type == kRegtype || type == kRegproc;
    if (number == 0 || number > types->size() || type == 0 || is_alias) return;
    uint32_t& of_parameter = (*types)[number - 1];
    if (!is_unknown(of_parameter)) return;
    of_parameter = name.array_bounds_size() > 0 ? ArrayOf(type).oid : type;
  });
}

Outcome<EngineQuery> RewriteQuery(const pg_query::Node& query, const QueryContext& context) {
  Node tree = query;
  EngineQuery rewritten;
  NameColumns(&tree);
  rewritten.columns = OriginsOf(tree, context);
  Rewriting rewriting(&tree, context);
  CADENZA_TRY(rewriting.Run());
  rewritten.reads_only_catalogue = !rewriting.reads_lake();
  CADENZA_ASSIGN(rewritten.sql, Deparse(tree));
  return rewritten;
}

}  // namespace cadenza::pgwire
