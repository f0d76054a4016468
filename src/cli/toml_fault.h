#pragma once

#include <string>
#include <string_view>

namespace cadenza::cli {

/// What is wrong with a settings file, in plain words, for what the library of TOML says of it. The
/// line itself is not shown: a secret may stand there.
std::string TomlFault(std::string_view description);

}  // namespace cadenza::cli
