#pragma once

#include "pgwire/relation.h"

namespace pg_query {
class Node;
}

namespace cadenza::pgwire {

/// What PostgreSQL's catalogue shows and the engine's tables have not: tableoid, a column of each
/// table, and the names of functions in columns of type regproc, which are numbers there (in a
/// result, and where they are cast to text). Changes the query.
void ResolveCatalogueColumns(pg_query::Node* query, const QueryContext& context);

}  // namespace cadenza::pgwire
