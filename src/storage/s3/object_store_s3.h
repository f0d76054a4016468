#pragma once

#include <memory>

#include "storage/object_store.h"
#include "storage/s3/client.h"

namespace cadenza::s3 {

/// The objects below s3://bucket/prefix as a store. PutIfAbsent is If-None-Match: *; when an
/// attempt's answer was lost and the next finds an object with exactly these bytes, it is taken
/// for the one that this call created: give bytes that nobody else writes. Sync() has nothing to
/// do: what S3 confirmed is durable.
Result<std::unique_ptr<ObjectStore>> OpenStore(std::shared_ptr<Client> client,
                                               const std::string& root);

}  // namespace cadenza::s3
