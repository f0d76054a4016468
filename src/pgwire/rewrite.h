#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pgwire/relation.h"
#include "pgwire/sql_error.h"

namespace pg_query {
class Node;
}

namespace cadenza::pgwire {

/// Where a column of a result comes from, as drivers ask for it.
struct ColumnOrigin {
  uint32_t table = 0;  ///< OID; 0: it is computed
  int16_t number = 0;
  uint32_t type = 0;  ///< OID of its type, where the engine has one type for several; 0: its own
};

/// A query of PostgreSQL in the engine's SQL.
struct EngineQuery {
  std::string sql;
  std::vector<ColumnOrigin> columns;  ///< empty when they are not known
  bool reads_only_catalogue = false;
};

/// The types of parameters that the query casts ($1::text[]) and nobody has said.
void TypeParameters(const pg_query::Node& query, std::vector<uint32_t>* types);

/// Checks that the query only reads, only what the session may read, and only by functions that
/// do nothing else; then says it in the engine's SQL with PostgreSQL's meaning.
Outcome<EngineQuery> RewriteQuery(const pg_query::Node& query, const QueryContext& context);

}  // namespace cadenza::pgwire
