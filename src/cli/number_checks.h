#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace cadenza::cli {

// The library's own checks of the same name print the greatest double, 300 digits, as the bound.

inline CLI::Validator NumberCheck(const char* wanted, bool (*holds)(double)) {
  return {[wanted, holds](std::string& text) {
            double value = 0;
            if (CLI::detail::lexical_cast(text, value) && holds(value)) return std::string();
            return "must be " + std::string(wanted) + ", not " + text;
          },
          "", ""};
}

inline CLI::Validator NotNegative() {
  return NumberCheck("0 or more", [](double value) { return value >= 0; });
}

inline CLI::Validator Positive() {
  return NumberCheck("more than 0", [](double value) { return value > 0; });
}

}  // namespace cadenza::cli
