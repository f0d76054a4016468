#pragma once

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

/// Does it: asks for a password on the terminal, or takes the first line of standard input; prints
/// a new token once.
/// With `made` a new token is given there instead.
Status EditUsers(const std::string& path, const UserEdit& edit, std::string* made = nullptr);

}  // namespace cadenza::cli
