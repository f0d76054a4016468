#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cadenza::delta {

enum class Side { kMin, kMax };

/// A bound of a column as a JSON literal for `stats`, from the engine's text; nullopt where the
/// type has no bounds or the text cannot be trusted. May widen the range, never narrow it.
std::optional<std::string> BoundJson(std::string_view type, std::string_view text, Side side);

}  // namespace cadenza::delta
