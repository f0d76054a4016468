#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lake/model.h"
#include "serve/scram.h"

namespace cadenza::serve {

/// What somebody may read: a viewer no table that names listeners, an analyst all but who was
/// forgotten or rectified. Whoever is alone on a machine without users is an owner.
enum class Role { kViewer, kAnalyst, kOwner };
std::string_view RoleName(Role role);
/// kUsage with the names there are; an owner is not given.
Result<Role> ParseRole(std::string_view name);

/// Told by the columns, not by a list: user_id and customer_id are of listeners.
bool NamesListeners(const lake::Model& table);
bool MayRead(Role role, const lake::Model& table);

/// Whether layer.table is of a list such as `gold.*, silver.songs`; any is of an empty one.
bool IsWithin(std::string_view tables, const std::string& name);

struct User {
  std::string name;
  Role role = Role::kViewer;
  ScramVerifier verifier;
};

/// A secret that a program sends in place of a password. Only its hash is kept.
struct Token {
  std::string name;
  Role role = Role::kViewer;
  std::string sha256;  ///< hex
  int64_t expires_ms = 0;
  /// Confined to these tables, of Delta Sharing alone: `gold.*, silver.songs`. Empty: to none.
  std::string tables = {};
};

/// Who may log in: the content of the users file.
///   [users.ana]
///   role = "analyst"
///   verifier = "SCRAM-SHA-256$4096:…"
///   [tokens.grafana]
///   role = "viewer"
///   sha256 = "…"
///   expires = "2026-12-31T00:00:00Z"
class Users {
 public:
  /// kInput for a file that others may read (its mode is not 0600), or that lies in the lake;
  /// kInput with the file and the key for what is wrong in it. kNotFound: there is none.
  static Result<Users> Load(const std::string& path, const std::string& lake_root);
  static Result<Users> Parse(const std::string& toml, const std::string& path);

  /// Replaces the file in one step, 0600.
  Status Save(const std::string& path) const;
  std::string ToToml() const;

  /// nullptr when there is none.
  const User* Find(std::string_view name) const;
  /// By the secret itself; nullptr for one that is unknown or has expired.
  const Token* FindToken(std::string_view secret, int64_t now_ms) const;
  const std::vector<User>& users() const { return users_; }
  const std::vector<Token>& tokens() const { return tokens_; }

  /// Replaces who has the name. kUsage for a name that is none.
  Status Add(User user);
  Status Add(Token token);
  /// False: there was none of that name.
  bool RemoveUser(std::string_view name);
  bool RemoveToken(std::string_view name);

 private:
  std::vector<User> users_;
  std::vector<Token> tokens_;
};

/// A new secret for a token, e.g. "cdz_" and 43 letters; what is kept of it is TokenHash.
Result<std::string> MakeTokenSecret();
std::string TokenHash(std::string_view secret);

}  // namespace cadenza::serve
