#pragma once

#include <memory>

#include "storage/source_file.h"

namespace cadenza::s3 {

/// An object's bytes by ranged requests, each of which reads ahead: a task of a scan takes one
/// request, and a stream few. kIo when the object is not the one that was listed.
Result<std::shared_ptr<ByteRange>> OpenObject(const SourceFile& file);

}  // namespace cadenza::s3
