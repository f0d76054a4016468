#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace cadenza::sources {

/// Reads the lines of a text file on disk, plain or .gz, one after the other with their numbers
/// from 1, until `visit` says false. For messages: what cannot be read ends it without a word.
void VisitLines(const std::string& path,
                const std::function<bool(int64_t, std::string_view)>& visit);

}  // namespace cadenza::sources
