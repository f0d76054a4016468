#pragma once

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

namespace cadenza::cli {

// The library's own checks of the same name print the greatest double, 300 digits, as the bound.

inline CLI::Validator NumberCheck(const char* wanted, bool (*holds)(double)) {
  return {[wanted, holds](std::string& text) {
            double value = 0;
            const bool is_number = CLI::detail::lexical_cast(text, value);
            if (is_number && std::isinf(value)) return "must be finite, not " + text;
            if (is_number && holds(value)) return std::string();
            return "must be " + std::string(wanted) + ", not " + text;
          },
          "", ""};
}

inline CLI::Validator NotNegative() {
  return NumberCheck("0 or more", [](double value) { return value >= 0; });
}

/// Up to a day.
inline CLI::Validator WaitSeconds() {
  return NumberCheck("from 0 to 86400", [](double value) { return value >= 0 && value <= 86'400; });
}

/// Nothing on Earth is farther away than half of its girth.
inline CLI::Validator Kilometres() {
  return NumberCheck("more than 0 and at most 20040",
                     [](double value) { return value > 0 && value <= 20'040; });
}

inline CLI::Validator Positive() {
  return NumberCheck("more than 0", [](double value) { return value > 0; });
}

/// Of 64 bits: the library's conversion takes -1 for the greatest.
inline CLI::Validator WholeNumber() {
  return {[](std::string& text) {
            uint64_t value = 0;
            const char* const end = text.data() + text.size();
            const auto read = std::from_chars(text.data(), end, value);
            if (read.ec == std::errc() && read.ptr == end) return std::string();
            return "must be a whole number from 0 to 18446744073709551615, not " + text;
          },
          "", ""};
}

}  // namespace cadenza::cli
