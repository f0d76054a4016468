#pragma once

#include <memory>
#include <string>

#include "storage/source_file.h"

namespace cadenza {

/// The decompressed bytes of a gzip stream with one or several members. Zeros behind the last
/// member (tape padding) are passed over; anything else there is an error.
Result<std::unique_ptr<ByteStream>> OpenGzip(std::unique_ptr<ByteStream> packed, std::string name);

}  // namespace cadenza
