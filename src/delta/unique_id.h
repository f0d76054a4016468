#pragma once

#include <string>

namespace cadenza::delta {

/// A random UUID (version 4), for tables and commits.
std::string UniqueId();

}  // namespace cadenza::delta
