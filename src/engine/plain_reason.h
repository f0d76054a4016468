#pragma once

#include <string>

namespace cadenza::engine {

/// A message in which what the engine says in its own terms (its types, its functions, its readers
/// of files) is said so that a user needs not know the engine. What it does not know stays.
std::string PlainReason(std::string message);

}  // namespace cadenza::engine
