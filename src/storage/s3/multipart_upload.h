#pragma once

#include <string_view>

#include "base/result.h"
#include "storage/s3/client.h"

namespace cadenza::s3 {

/// Objects of more bytes than this go in parts: S3 takes at most 5 GB in one request, and of a
/// request that fails all is sent again.
constexpr size_t kOneRequestBytes = size_t{128} << 20;
/// 64 MiB, more where S3's 10,000 parts would not suffice.
size_t PartBytesFor(size_t bytes);

/// Puts an object by a multipart upload, several parts at a time. It is there as a whole or not at
/// all; after an error the parts are given up. What a killed program leaves is in no listing and
/// costs until a rule of the bucket (AbortIncompleteMultipartUpload) removes it. Thread-safe.
Status PutInParts(Client* client, const Address& address, std::string_view bytes,
                  size_t part_bytes);

}  // namespace cadenza::s3
