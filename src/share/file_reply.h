#pragma once

#include <string>
#include <string_view>

#include "http/reply.h"

namespace cadenza::share {

/// A file on disk, or the range of it that a Range header names (one range; 416 for one that is
/// not there). 404 when it is gone.
http::Reply FileReply(const std::string& path, const std::string& range);

/// A text as hex digits and back; empty for what is no such text.
std::string HexText(std::string_view text);
std::string TextOfHex(std::string_view hex);

}  // namespace cadenza::share
