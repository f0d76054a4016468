#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "dashboard/filtered_rows.h"
#include "query/session.h"
#include "serve/customer_index.h"

namespace cadenza::dashboard {

/// SQL of a relation with rows that were counted in memory: the same as SQL counts, in
/// milliseconds. Only cohorts, days and periods of the request's window and grain are there.
/// Nothing for relations of subscriptions, listening and plays, for a platform or a device where
/// the index does not know the sessions, and for windows of very many rows.
Result<std::optional<std::string>> CountedSql(const FilteredRelation& relation,
                                              const FilteredRequest& request,
                                              const serve::CustomerIndex& index,
                                              query::Session* session);

}  // namespace cadenza::dashboard
