#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pgwire/sql_error.h"

namespace pg_query {
class Node;
}

namespace cadenza::pgwire {

enum class StatementKind {
  kSelect,
  kForeign,  ///< PostgreSQL's grammar refuses it, the engine may take it
  kBegin,
  kCommit,
  kRollback,
  kSavepoint,  ///< and RELEASE
  kRollbackTo,
  kSet,
  kReset,
  kResetAll,
  kShow,
  kShowAll,
  kDiscard,
  kDeclare,
  kFetch,
  kClose,
  kPrepare,
  kExecute,
  kDeallocate,
  kCopyOut,
  kExplain,
  kNothing,  ///< LISTEN, LOCK, ...: accepted, without effect
  kWrite,    ///< refused: the lake is read only
};

/// One statement of a client, with what its kind needs.
struct Statement {
  StatementKind kind = StatementKind::kSelect;
  std::string tag;   ///< of CommandComplete, e.g. SELECT, BEGIN
  std::string text;  ///< as the client wrote it
  int offset = 0;    ///< of the text, in characters of the client's query

  std::string name;                 ///< setting, cursor, prepared statement, savepoint
  std::vector<std::string> values;  ///< of SET
  bool is_local = false;            ///< SET LOCAL
  int64_t count = 1;                ///< of FETCH; INT64_MAX: all
  bool is_move = false;             ///< MOVE
  bool is_held = false;             ///< DECLARE … WITH HOLD
  bool is_binary = false;           ///< DECLARE BINARY
  std::vector<std::pair<std::string, std::string>> options;      ///< of COPY, BEGIN
  std::vector<uint32_t> argument_types;                          ///< of PREPARE
  std::vector<std::shared_ptr<const pg_query::Node>> arguments;  ///< of EXECUTE

  std::shared_ptr<const pg_query::Node> query;  ///< of SELECT, DECLARE, PREPARE, COPY, EXPLAIN
  std::shared_ptr<const Statement> prepared;    ///< of PREPARE
};

/// The statements of a text; none of an empty one. 42601 with the position for what neither
/// PostgreSQL's grammar nor, as it seems, the engine's takes.
Outcome<std::vector<Statement>> ParseStatements(const std::string& text);

/// How many parameters ($1, $2, ...) the statement names.
int ParameterCount(const pg_query::Node& query);

}  // namespace cadenza::pgwire
