#pragma once

#include "engine/engine.h"
#include "pgwire/relation.h"
#include "pgwire/rewrite.h"
#include "pgwire/statement.h"

namespace cadenza::pgwire {

/// A query that PostgreSQL's grammar refuses and the engine's takes (FROM first, EXCLUDE, QUALIFY):
/// unchanged but for the places of its tables, after the same checks. 42601 as PostgreSQL says it
/// when the engine does not take it either.
Outcome<EngineQuery> RewriteForeign(engine::Engine* connection, const Statement& statement,
                                    const QueryContext& context);

}  // namespace cadenza::pgwire
