#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "base/result.h"

namespace cadenza::serve {

/// Puts values in place of `?` (in order), `$1` and `$name`: numbers, texts, true, false, null.
/// `parameters` is a JSON list or object. kUsage for one that is missing, left over or no value.
Result<std::string> WithParameters(const std::string& sql, const nlohmann::json& parameters);

/// Where in a statement an error of the engine is, from the lines that it shows below its message:
///   LINE 1: select x from users
///                  ^
std::optional<int64_t> PositionIn(const std::string& message, const std::string& sql);

/// Where the name stands of which a message says that there is no such thing; nothing when it
/// stands in several places.
std::optional<int64_t> MissingNameIn(const std::string& message, const std::string& sql);

/// The message without these lines.
std::string WithoutLines(const std::string& message);

}  // namespace cadenza::serve
