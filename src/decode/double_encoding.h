#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cadenza::decode {

/// UTF-8 that was taken for Latin-1 or Windows-1252 and encoded again ("BjÃ¶rk") as it was before
/// ("Björk"); nullopt if the text is not such. One step: it may have been encoded three times.
std::optional<std::string> UndoDoubleEncoding(std::string_view text);

/// All steps undone: the text as people read it. Other bytes stay as they are. Thread-safe.
std::string RepairedText(std::string_view text);

}  // namespace cadenza::decode
