#pragma once

#include <memory>

#include "storage/object_store.h"
#include "storage/s3/client.h"

namespace cadenza::s3 {

/// The objects below s3://bucket/prefix as a store. PutIfAbsent is If-None-Match: *; an object
/// with exactly these bytes is taken for the one that this call created, because the answer of an
/// attempt may have been lost: give bytes that nobody else writes. Sync() has nothing to
/// do: what S3 confirmed is durable.
Result<std::unique_ptr<ObjectStore>> OpenStore(std::shared_ptr<Client> client,
                                               const std::string& root);

}  // namespace cadenza::s3
