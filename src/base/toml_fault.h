#pragma once

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>

#include "base/marked_text.h"

namespace cadenza {

/// What is wrong with a file, in plain words, for what the library of TOML says of it. The line
/// itself is not shown: a secret may stand there.
inline std::string TomlFault(std::string_view description) {
  struct Fault {
    std::string_view part;  ///< of the description
    std::string_view words;
  };

  // The first that fits counts.
  constexpr auto kFaults = std::to_array<Fault>({
      {"string: encountered end-of-file", "the text has no closing quote"},
      {"parsing string: unescaped control", "the text has no closing quote"},
      {"parsing literal string: control", "the text has no closing quote"},
      {"parsing table header: encountered end-of-file", "the name of a table ends with ]"},
      {"parsing array: encountered end-of-file", "the list has no closing ]"},
      {"parsing inline table: encountered end-of-file", "the table has no closing }"},
      {"could not determine value type", "this is no value: a text stands in quotes"},
      {"expected '=',", "a setting is written NAME = VALUE"},
      {"expected a comment or whitespace", "a line has one setting, and nothing behind its value"},
      {"parsing root table: expected keys", "a line is NAME = VALUE, [TABLE] or a comment"},
      {"leading zeroes are prohibited", "a number does not begin with 0"},
  });
  for (const Fault& fault : kFaults) {
    if (description.find(fault.part) != std::string_view::npos) return std::string(fault.words);
  }
  if (const auto repeated = Between(description, "cannot redefine existing ", "")) {
    const auto name = Between(*repeated, "'", "'");
    return name ? fmt::format("it stands there twice: {}", *name) : "it stands there twice";
  }
  // Without the name of the rule that the library was at.
  return std::string(Between(description, ": ", "").value_or(description));
}

}  // namespace cadenza
