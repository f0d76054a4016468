#pragma once

#include "pgwire/relation.h"
#include "pgwire/tree.h"

namespace cadenza::pgwire {

/// Says a call of a PostgreSQL function as the engine has it: another name, other arguments, or a
/// constant of the session.
void RewriteCall(Node* node, const QueryContext& context);
/// CURRENT_USER, CURRENT_SCHEMA and the like.
void RewriteValueFunction(Node* node, const QueryContext& context);

}  // namespace cadenza::pgwire
