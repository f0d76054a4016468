#pragma once

#include "base/result.h"
#include "engagement/engagement_source.h"
#include "engine/engine.h"

namespace cadenza::engagement {

/// Of delivered_sessions: those with an id in common that begin on several days may be several
/// ones.
Status WarnOfIdsThatStartAnew(engine::Engine* engine, SourceFindings* findings);
/// Rows without ids or times, values that cannot be read, lines that are no rows.
void WarnOfUnusable(SourceFindings* findings);
/// Of customer_sessions: customers of whom the table of customers says nothing.
Status WarnOfUnknownCustomers(engine::Engine* engine, SourceFindings* findings);

}  // namespace cadenza::engagement
