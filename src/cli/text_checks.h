#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace cadenza::cli {

/// For texts of which the empty one would silently mean that the flag was not given.
inline CLI::Validator NotEmpty() {
  return {[](std::string& text) {
            return text.empty() ? std::string("must not be empty") : std::string();
          },
          "", ""};
}

}  // namespace cadenza::cli
