#pragma once

#include <string>

#include "base/result.h"

namespace cadenza::serve {

/// Replaces a file in one step by one that nobody else may read (0600), whatever was there before.
/// kIo with what it is: "the users file".
Status ReplaceSecretFile(const std::string& path, const std::string& text, const char* what);

}  // namespace cadenza::serve
