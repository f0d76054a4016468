#pragma once

#include <string>
#include <string_view>

namespace cadenza::simulate {

/// One gzip member. Members one after the other are one gzip file, so parts of a file can be
/// compressed side by side. No name and no time in it: the same bytes give the same member.
std::string GzipMember(std::string_view bytes);

/// What can be read of a gzip file whose end is missing.
std::string ReadableOfGzip(std::string_view packed);

}  // namespace cadenza::simulate
