#pragma once

#include <cstdint>
#include <span>

namespace cadenza::engine {

/// Whether some value stands twice. Of hashes: false means that no two keys are equal.
bool HasRepetition(std::span<const uint64_t> values);

}  // namespace cadenza::engine
