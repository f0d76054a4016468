#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "base/version.h"

namespace cadenza {

/// The form of what one release writes and a later one reads again: manifests of lakes, definitions
/// of streams, settings files. 0: written when forms had no number. It rises when an earlier
/// release would read it wrongly; what is only added does not raise it.
inline constexpr int64_t kFormatVersion = 1;

/// kInput for what a newer release wrote; `what` begins the error.
inline Status CheckFormat(std::string_view what, int64_t found) {
  if (found <= kFormatVersion) return {};
  return MakeError(ErrorKind::kInput,
                   "{} has format_version {}: a newer release of Cadenza wrote it; this one, {}, "
                   "knows versions up to {}",
                   what, found, kVersion, kFormatVersion);
}

}  // namespace cadenza
