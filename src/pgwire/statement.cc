#include "pgwire/statement.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <pg_query.h>

#include <algorithm>
#include <array>

#include "base/marked_text.h"
#include "pgwire/tree.h"

namespace cadenza::pgwire {
namespace {

/// Deeper trees than people write would exhaust the stack.
constexpr int kDepthMax = 600;

std::shared_ptr<const Node> Shared(const Node& node) { return std::make_shared<Node>(node); }

std::string ConstantText(const Node& node) {
  switch (node.node_case()) {
    case Node::kAConst: {
      const auto& value = node.a_const();
      if (value.has_ival()) return std::to_string(value.ival().ival());
      if (value.has_fval()) return value.fval().fval();
      if (value.has_boolval()) return value.boolval().boolval() ? "true" : "false";
      return value.has_sval() ? value.sval().sval() : "";
    }
    case Node::kString:
      return node.string().sval();
    case Node::kInteger:
      return std::to_string(node.integer().ival());
    case Node::kFloat:
      return node.float_().fval();
    case Node::kBoolean:
      return node.boolean().boolval() ? "true" : "false";
    case Node::kTypeCast:
      return ConstantText(node.type_cast().arg());
    case Node::kTypeName:
      return node.type_name().names_size() > 0
                 ? ConstantText(node.type_name().names(node.type_name().names_size() - 1))
                 : "";
    default:
      return "";
  }
}

std::string LowerText(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return text;
}

void ReadTransaction(const pg_query::TransactionStmt& tree, Statement* statement) {
  statement->name = tree.savepoint_name();
  for (const Node& option : tree.options()) {
    statement->options.emplace_back(option.def_elem().defname(),
                                    ConstantText(option.def_elem().arg()));
  }
  const auto is = [&](StatementKind kind, const char* tag) {
    statement->kind = kind;
    statement->tag = tag;
  };
  switch (tree.kind()) {
    case pg_query::TRANS_STMT_BEGIN:
      return is(StatementKind::kBegin, "BEGIN");
    case pg_query::TRANS_STMT_START:
      return is(StatementKind::kBegin, "START TRANSACTION");
    case pg_query::TRANS_STMT_COMMIT:
      return is(StatementKind::kCommit, "COMMIT");
    case pg_query::TRANS_STMT_ROLLBACK:
      return is(StatementKind::kRollback, "ROLLBACK");
    case pg_query::TRANS_STMT_SAVEPOINT:
      return is(StatementKind::kSavepoint, "SAVEPOINT");
    case pg_query::TRANS_STMT_RELEASE:
      return is(StatementKind::kSavepoint, "RELEASE");
    case pg_query::TRANS_STMT_ROLLBACK_TO:
      return is(StatementKind::kRollbackTo, "ROLLBACK");
    default:
      return is(StatementKind::kWrite, "PREPARE TRANSACTION");
  }
}

void ReadSet(const pg_query::VariableSetStmt& tree, Statement* statement) {
  statement->tag = "SET";
  statement->name = LowerText(tree.name());
  statement->is_local = tree.is_local();
  switch (tree.kind()) {
    case pg_query::VAR_RESET_ALL:
      statement->kind = StatementKind::kResetAll;
      break;
    case pg_query::VAR_RESET:
    case pg_query::VAR_SET_DEFAULT:
      statement->kind = StatementKind::kReset;
      break;
    default:
      statement->kind = StatementKind::kSet;
      break;
  }
  if (tree.kind() == pg_query::VAR_RESET || tree.kind() == pg_query::VAR_RESET_ALL) {
    statement->tag = "RESET";
  }
  for (const Node& value : tree.args()) {
    if (value.has_def_elem()) {
      statement->options.emplace_back(value.def_elem().defname(),
                                      ConstantText(value.def_elem().arg()));
    } else {
      statement->values.push_back(ConstantText(value));
    }
  }
}

void ReadFetch(const pg_query::FetchStmt& tree, Statement* statement) {
  statement->kind = StatementKind::kFetch;
  statement->tag = tree.ismove() ? "MOVE" : "FETCH";
  statement->name = tree.portalname();
  statement->is_move = tree.ismove();
  statement->count = tree.how_many();
  if (tree.direction() != pg_query::FETCH_FORWARD) statement->count = -1;
}

void ReadCopy(const pg_query::CopyStmt& tree, Statement* statement) {
  statement->tag = "COPY";
  statement->kind = tree.is_from() || tree.is_program() || !tree.filename().empty()
                        ? StatementKind::kWrite
                        : StatementKind::kCopyOut;
  for (const Node& option : tree.options()) {
    const auto& element = option.def_elem();
    statement->options.emplace_back(element.defname(),
                                    element.has_arg() ? ConstantText(element.arg()) : "true");
  }
  if (tree.has_query()) {
    statement->query = Shared(tree.query());
    return;
  }
  Node select;
  auto* query = select.mutable_select_stmt();
  query->set_limit_option(pg_query::LIMIT_OPTION_DEFAULT);
  query->set_op(pg_query::SETOP_NONE);
  *query->add_from_clause()->mutable_range_var() = tree.relation();
  for (const Node& column : tree.attlist()) {
    *query->add_target_list()
         ->mutable_res_target()
         ->mutable_val()
         ->mutable_column_ref()
         ->add_fields() = column;
  }
  if (tree.attlist_size() == 0) {
    query->add_target_list()
        ->mutable_res_target()
        ->mutable_val()
        ->mutable_column_ref()
        ->add_fields()
        ->mutable_a_star();
  }
  statement->query = Shared(select);
}

uint32_t OidOfName(const pg_query::TypeName& type) {
  struct Named {
    const char* name;
    uint32_t oid, array;
  };
  static constexpr auto kNames = std::to_array<Named>({{"int4", 23, 1007},
                                                       {"int8", 20, 1016},
                                                       {"int2", 21, 1005},
                                                       {"text", 25, 1009},
                                                       {"varchar", 1043, 1015},
                                                       {"bool", 16, 1000},
                                                       {"float8", 701, 1022},
                                                       {"float4", 700, 1021},
                                                       {"numeric", 1700, 1231},
                                                       {"date", 1082, 1182},
                                                       {"timestamp", 1114, 1115},
                                                       {"timestamptz", 1184, 1185},
                                                       {"uuid", 2950, 2951},
                                                       {"oid", 26, 1028},
                                                       {"name", 19, 1003},
                                                       {"bytea", 17, 1001},
                                                       {"time", 1083, 1183}});
  if (type.names_size() == 0) return 0;
  const std::string name = ConstantText(type.names(type.names_size() - 1));
  for (const Named& named : kNames) {
    if (name == named.name) return type.array_bounds_size() > 0 ? named.array : named.oid;
  }
  return 0;
}

void ReadQuery(const Node& tree, Statement* statement) {
  statement->kind = StatementKind::kSelect;
  statement->tag = "SELECT";
  statement->query = Shared(tree);
}

bool IsWithoutEffect(const Node& tree, Statement* statement) {
  statement->kind = StatementKind::kNothing;
  switch (tree.node_case()) {
    case Node::kListenStmt:
      statement->tag = "LISTEN";
      return true;
    case Node::kUnlistenStmt:
      statement->tag = "UNLISTEN";
      return true;
    case Node::kConstraintsSetStmt:
      statement->tag = "SET CONSTRAINTS";
      return true;
    case Node::kCheckPointStmt:
      statement->tag = "CHECKPOINT";
      return true;
    default:
      return false;
  }
}

Outcome<void> ReadStatement(const Node& tree, Statement* statement);

void ReadPrepare(const pg_query::PrepareStmt& tree, Statement* statement) {
  statement->kind = StatementKind::kPrepare;
  statement->tag = "PREPARE";
  statement->name = tree.name();
  for (const Node& type : tree.argtypes()) {
    statement->argument_types.push_back(OidOfName(type.type_name()));
  }
}

/// FETCH, PREPARE and the others that name a cursor or a statement.
bool ReadNamed(const Node& tree, Statement* statement) {
  const auto is = [&](StatementKind kind, const char* tag, const std::string& name) {
    statement->kind = kind;
    statement->tag = tag;
    statement->name = name;
    return true;
  };
  switch (tree.node_case()) {
    case Node::kFetchStmt:
      ReadFetch(tree.fetch_stmt(), statement);
      return true;
    case Node::kClosePortalStmt:
      return is(StatementKind::kClose, "CLOSE CURSOR", tree.close_portal_stmt().portalname());
    case Node::kDeallocateStmt:
      return is(StatementKind::kDeallocate,
                tree.deallocate_stmt().name().empty() ? "DEALLOCATE ALL" : "DEALLOCATE",
                tree.deallocate_stmt().name());
    case Node::kVariableShowStmt: {
      const std::string name = LowerText(tree.variable_show_stmt().name());
      return is(name == "all" ? StatementKind::kShowAll : StatementKind::kShow, "SHOW", name);
    }
    case Node::kExecuteStmt:
      for (const Node& value : tree.execute_stmt().params())
        statement->arguments.push_back(Shared(value));
      return is(StatementKind::kExecute, "EXECUTE", tree.execute_stmt().name());
    case Node::kDiscardStmt:
      return is(
          StatementKind::kDiscard,
          tree.discard_stmt().target() == pg_query::DISCARD_ALL ? "DISCARD ALL" : "DISCARD PLANS",
          "");
    default:
      return false;
  }
}

Outcome<void> ReadStatement(const Node& tree, Statement* statement) {
  if (ReadNamed(tree, statement) || IsWithoutEffect(tree, statement)) return {};
  switch (tree.node_case()) {
    case Node::kSelectStmt:
      ReadQuery(tree, statement);
      return {};
    case Node::kTransactionStmt:
      ReadTransaction(tree.transaction_stmt(), statement);
      return {};
    case Node::kVariableSetStmt:
      ReadSet(tree.variable_set_stmt(), statement);
      return {};
    case Node::kCopyStmt:
      ReadCopy(tree.copy_stmt(), statement);
      return {};
    case Node::kExplainStmt:
      ReadQuery(tree.explain_stmt().query(), statement);
      statement->kind = StatementKind::kExplain;
      statement->tag = "EXPLAIN";
      if (!tree.explain_stmt().query().has_select_stmt()) statement->kind = StatementKind::kWrite;
      return {};
    case Node::kDeclareCursorStmt:
      ReadQuery(tree.declare_cursor_stmt().query(), statement);
      statement->kind = StatementKind::kDeclare;
      statement->tag = "DECLARE CURSOR";
      statement->name = tree.declare_cursor_stmt().portalname();
      statement->is_binary = (tree.declare_cursor_stmt().options() & 0x0001) != 0;
      statement->is_held = (tree.declare_cursor_stmt().options() & 0x0020) != 0;
      return {};
    case Node::kPrepareStmt: {
      ReadPrepare(tree.prepare_stmt(), statement);
      Statement inner;
      inner.text = statement->text;
      CADENZA_TRY(ReadStatement(tree.prepare_stmt().query(), &inner));
      statement->prepared = std::make_shared<Statement>(std::move(inner));
      return {};
    }
    default:
      statement->kind = StatementKind::kWrite;
      statement->tag = "this statement";
      return {};
  }
}

/// INSERT, CREATE TABLE: the words that a message about a refused statement names.
std::string FirstWords(std::string_view text) {
  std::string words;
  for (size_t at = text.find_first_not_of(" \t\r\n("); at < text.size(); ++at) {
    const char c = text[at];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && (c != ' ' || words.find(' ') != words.npos)) break;
    words.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
  }
  constexpr auto kTwoWords = std::to_array<std::string_view>({"CREATE", "ALTER", "DROP"});
  const std::string first = words.substr(0, words.find(' '));
  return std::ranges::count(kTwoWords, first) > 0 ? words : first;
}

std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n\f;");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n\f;") - first + 1);
}

Outcome<std::vector<Statement>> Unknown(const std::string& text, const PgQueryError& error) {
  constexpr auto kQueries = std::to_array<std::string_view>(
      {"SELECT", "WITH", "FROM", "VALUES", "DESCRIBE", "SUMMARIZE", "SHOW"});
  const std::string_view trimmed = Trimmed(text);
  Statement statement;
  statement.kind = StatementKind::kForeign;
  statement.tag = "SELECT";
  statement.text = trimmed;
  statement.name = error.message;
  statement.count = error.cursorpos;
  if (std::ranges::count(kQueries, FirstWords(trimmed)) > 0) return std::vector{statement};
  return SqlError{"42601", error.message, error.cursorpos};
}

struct OwnedParse {
  explicit OwnedParse(const char* text) : result(pg_query_parse_protobuf(text)) {}
  OwnedParse(const OwnedParse&) = delete;
  OwnedParse& operator=(const OwnedParse&) = delete;
  ~OwnedParse() { pg_query_free_protobuf_parse_result(result); }
  PgQueryProtobufParseResult result;
};

bool ReadTree(const PgQueryProtobuf& bytes, pg_query::ParseResult* tree) {
  google::protobuf::io::ArrayInputStream stream(bytes.data, static_cast<int>(bytes.len));
  google::protobuf::io::CodedInputStream coded(&stream);
  coded.SetRecursionLimit(kDepthMax);
  return tree->ParseFromCodedStream(&coded);
}

}  // namespace

int ParameterCount(const pg_query::Node& query) {
  int count = 0;
  LookThrough(query, [&](const google::protobuf::Message& part) {
    if (part.GetDescriptor() == pg_query::ParamRef::descriptor())
      count = std::max(count, static_cast<const pg_query::ParamRef&>(part).number());
  });
  return count;
}

Outcome<std::vector<Statement>> ParseStatements(const std::string& text) {
  const OwnedParse parsed(text.c_str());
  if (parsed.result.error) return Unknown(text, *parsed.result.error);
  pg_query::ParseResult tree;
  if (!ReadTree(parsed.result.parse_tree, &tree)) {
    return SqlError{"54001", "the statement is nested too deeply"};
  }
  std::vector<Statement> statements;
  size_t counted = 0;  // bytes, which are so many characters:
  int characters = 0;
  for (const pg_query::RawStmt& raw : tree.stmts()) {
    Statement statement;
    const auto from = static_cast<size_t>(raw.stmt_location());
    const size_t length = raw.stmt_len() > 0 ? static_cast<size_t>(raw.stmt_len()) : text.npos;
    statement.text = Trimmed(std::string_view(text).substr(std::min(from, text.size()), length));
    const size_t begin = text.find(statement.text, std::min(from, text.size()));
    characters +=
        static_cast<int>(CharacterCount(std::string_view(text).substr(counted, begin - counted)));
    counted = begin;
    statement.offset = characters;
    CADENZA_TRY(ReadStatement(raw.stmt(), &statement));
    if (statement.kind == StatementKind::kWrite) statement.tag = FirstWords(statement.text);
    statements.push_back(std::move(statement));
  }
  return statements;
}

}  // namespace cadenza::pgwire
