#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cadenza::report {

/// A file of the dashboard's page, as it lies in the program.
struct Asset {
  std::string_view address;  ///< of the page: "/", of others /assets/<hash>/name
  std::string_view gzipped;

  /// Content-Type, by the address.
  std::string_view content_type() const;
  /// What was packed.
  Result<std::string> Text() const;
  /// True when the address changes with the content, so that a browser may keep it for good.
  bool is_fixed() const { return address != "/"; }
};

/// All of them, by embed_dashboard.cmake.
const std::vector<Asset>& Assets();
/// nullptr when there is none at the address.
const Asset* FindAsset(std::string_view address);
/// The one whose address ends with the name, unpacked; for the program's own use.
Result<std::string> AssetText(std::string_view name);

/// The header of the page: nothing but what the server itself hands out, no script in the page.
inline constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'";

}  // namespace cadenza::report
