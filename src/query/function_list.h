#pragma once

#include <string>

namespace cadenza::query {

/// What a fenced statement may call, by names in lower case: a list of what is known to read
/// nothing but its arguments, as of the pinned engine. What is in no list may not be called; a test
/// fails on a function of the engine that nobody decided about.
bool MakesValueOfItsArguments(const std::string& function);
bool MakesRowsOfItsArguments(const std::string& function);

/// Decided against. May be called from any thread, as the others.
bool IsRefused(const std::string& function);

}  // namespace cadenza::query
