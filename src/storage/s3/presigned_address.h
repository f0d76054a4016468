#pragma once

#include <cstdint>

#include "storage/object_store.h"
#include "storage/s3/client.h"

namespace cadenza::s3 {

/// By whom holds it, the object can be read with GET until then, at most for a week, and no longer
/// than the credentials live that sign it (version 4 of AWS signatures, in the query). It holds the
/// id of the key, and a session's token where there is one, but no secret.
ReadAddress PresignedAddress(const Address& address, const Access& access, int64_t now_ms,
                             int64_t until_ms);

}  // namespace cadenza::s3
