#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace cadenza {

bool IsGlob(const std::string& pattern);

/// The paths that a glob names, sorted, each once: `*`, `?` and `[..]` within one part of the
/// path, `**` for any number of folders. Folders that cannot be read are an error; links to a
/// folder that was seen before are not followed. Nothing found is no error.
Result<std::vector<std::string>> ExpandGlob(const std::string& pattern);

}  // namespace cadenza
