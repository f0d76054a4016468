#pragma once

#include <span>
#include <string_view>

namespace cadenza::simulate {

// The words that names are made of. Invented or common; nobody's data.

struct FirstName {
  std::string_view name;
  char gender;
};
std::span<const FirstName> FirstNames();
std::span<const std::string_view> LastNames();
/// Metropolitan areas, as logs name them.
std::span<const std::string_view> Places();
/// With the quotes that most of them have in real logs.
std::span<const std::string_view> UserAgents();
/// Words of titles and of artists' names; capitalised, some not ASCII.
std::span<const std::string_view> Adjectives();
std::span<const std::string_view> Nouns();

}  // namespace cadenza::simulate
