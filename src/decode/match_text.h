#pragma once

#include <string>
#include <string_view>

namespace cadenza::decode {

/// The form in which titles and artist names are compared: double-encoded UTF-8 repaired
/// ("BjÃ¶rk" -> "Björk", however often it was encoded), Unicode NFKC, case folded, runs of white
/// space one space, trimmed. Invalid UTF-8 comes back unchanged. Thread-safe.
std::string MatchText(std::string_view text);

/// How a title or a name is shown: double-encoded UTF-8 repaired, runs of white space one space,
/// trimmed; letters as they are. Thread-safe.
std::string ShownText(std::string_view text);

}  // namespace cadenza::decode
