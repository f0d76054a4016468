#pragma once

namespace cadenza {

inline constexpr const char* kVersion = CADENZA_VERSION;

}  // namespace cadenza
