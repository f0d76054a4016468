#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cadenza::decode {

/// Reads an escape, at whose backslash the text begins, drops it from the text and writes what it
/// means; never more bytes than were read. False for a bad one, or a surrogate that is not one half
/// of a pair.
bool TakeEscape(std::string_view* text, char** out);

/// Writes the inside of a JSON string (without its quotes, valid UTF-8) unescaped to `into`, which
/// has room for quoted.size() bytes. Returns the length, nullopt for a bad escape or a surrogate
/// that is not one half of a pair.
std::optional<size_t> Unescape(std::string_view quoted, char* into);

/// The text as a JSON string with its quotes.
void AppendQuoted(std::string_view text, std::string* into);

}  // namespace cadenza::decode
