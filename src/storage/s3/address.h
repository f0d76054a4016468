#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace cadenza::s3 {

/// s3://bucket/key; the key may be a prefix, a pattern or empty.
struct Address {
  std::string bucket;
  std::string key;  ///< without a slash in front

  std::string Text() const { return "s3://" + bucket + (key.empty() ? "" : "/" + key); }
};

bool IsAddress(std::string_view text);
/// kUsage for a bucket name that cannot be. The message leaves out what could hold a password.
Result<Address> ParseAddress(std::string_view text);

/// %XX for all but unreserved characters, as signatures want it. A key keeps its slashes.
std::string EncodeKey(std::string_view key);
std::string EncodeQuery(std::string_view value);

}  // namespace cadenza::s3
