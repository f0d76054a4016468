#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cadenza::share {

/// Makes addresses of files that hold for a while, and knows them again. The secret is that of one
/// process: a restarted server gives new addresses.
class AddressSigner {
 public:
  AddressSigner();
  /// The query of the address: exp=…&X-Amz-Signature=… (a name that clients of the delta format
  /// take for a signature). `holder` is who may use it.
  std::string Query(std::string_view path, std::string_view holder, int64_t expires_ms) const;
  bool IsRight(std::string_view path, std::string_view holder, int64_t expires_ms,
               std::string_view signature, int64_t now_ms) const;

 private:
  std::string Signature(std::string_view path, std::string_view holder, int64_t expires_ms) const;

  std::string secret_;
};

}  // namespace cadenza::share
