#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace cadenza::cli {

/// A change of the users file, or a look at it.
struct UserEdit {
  bool is_token = false;
  std::string action;
  std::string name;
  std::string role = "viewer";
  int days = 90;            ///< for which a token holds
  std::string tables = {};  ///< to which a token is confined; it is for Delta Sharing alone then
};

/// A token that was made; the secret is kept nowhere else.
struct MadeToken {
  std::string secret;
  int64_t expires_ms = 0;
};

/// Does it: asks for a password on the terminal, or takes the first line of standard input. The
/// token that was made; its secret is empty for any other change.
Result<MadeToken> EditUsers(const std::string& path, const UserEdit& edit);

}  // namespace cadenza::cli
