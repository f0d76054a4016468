#pragma once

#include "serve/access.h"
#include "serve/service.h"

namespace cadenza::serve {

/// Delta Sharing (github.com/delta-io/delta-sharing, PROTOCOL.md): the tables of the newest
/// finished run as one share, `lake`, with a schema for each layer. Tables and rows as the asker's
/// role has them; a token that is confined to tables has those alone. Data files are fetched by
/// addresses that hold for an hour: of a lake on S3 at the storage itself, unless they are to go
/// through this server; else below /delta-sharing/files, and no longer than the token.
Status MountShare(Service* service, Access* access, bool is_through_server);

}  // namespace cadenza::serve
