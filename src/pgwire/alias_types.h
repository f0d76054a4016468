#pragma once

#include "pgwire/relation.h"
#include "pgwire/sql_error.h"
#include "pgwire/tree.h"

namespace cadenza::pgwire {

/// The type of an OID that is shown as a name, until its cast has been looked at.
inline constexpr std::string_view kNamedOid = "named_oid";

/// regclass, regtype and the like: OIDs that are written and read as names.
bool IsAliasType(std::string_view type);

/// Says casts to and from these types by OIDs, by names, or by functions of the catalogue:
/// 'gold.plays'::regclass is an OID, oid::regclass a name. To be done before types get the engine's
/// names.
Outcome<void> RewriteAliasTypes(Node* query, const QueryContext& context);

}  // namespace cadenza::pgwire
