#pragma once

#include <vector>

#include "pgwire/relation.h"
#include "pgwire/rewrite.h"
#include "pgwire/tree.h"

namespace cadenza::pgwire {

/// Where the columns of a query come from, by its tree as the client wrote it. Empty when the tree
/// does not tell how many there are.
std::vector<ColumnOrigin> OriginsOf(const Node& query, const QueryContext& context);

}  // namespace cadenza::pgwire
