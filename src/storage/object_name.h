#pragma once

#include <string_view>

#include "base/result.h"

namespace cadenza {

/// Refuses names that could leave the store's root: absolute ones and those with an empty, "." or
/// ".." part. Names come from foreign logs too, so this is a matter of safety and no assertion.
Status CheckObjectName(std::string_view name);

/// List() takes "folder" and "folder/" for the same.
std::string_view WithoutTrailingSlash(std::string_view prefix);

}  // namespace cadenza
