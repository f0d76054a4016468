#pragma once

#include "delta/json_text.h"
#include "delta/snapshot.h"

namespace cadenza::serve {

/// False where no row of the file can meet the conditions of a query of Delta Sharing
/// (`jsonPredicateHints`), by its partition values and its statistics. Understood are and, or, not,
/// isNull, equal and the four orders between a column and a literal of the types bool, int, long,
/// string, date and timestamp; whatever else the tree holds may be true.
bool MayHold(const delta::Json& hints, const delta::AddFile& file);

}  // namespace cadenza::serve
