#pragma once

namespace cadenza::cli {

/// Exit code: done, and something needs a look.
inline constexpr int kExitLook = 3;

}  // namespace cadenza::cli
