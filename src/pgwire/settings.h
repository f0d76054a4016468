#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "pgwire/sql_error.h"

namespace cadenza::pgwire {

/// What a session has SET. Names are compared without case and told as PostgreSQL writes them.
class Settings {
 public:
  Settings();

  /// nullptr when there is none of that name.
  const std::string* Find(const std::string& name) const;
  /// 42704 for a name that PostgreSQL does not have (names with a dot are free), 55P02 for one that
  /// cannot change, 22023 for a value that cannot be.
  Outcome<void> Set(const std::string& name, const std::string& value);
  Outcome<void> Reset(const std::string& name);
  void ResetAll() { values_ = defaults_; }
  /// What a session starts with, and RESET goes back to.
  void KeepAsDefaults() { defaults_ = values_; }

  /// Name and value of those that clients are told of, at the start and when they change.
  std::vector<std::pair<std::string, std::string>> Reported() const;
  /// All, by name.
  std::vector<std::pair<std::string, std::string>> All() const;
  /// search_path in its parts, without pg_catalog.
  std::vector<std::string> SearchPath() const;

 private:
  std::map<std::string, std::string> values_, defaults_;  ///< by name in lower case
};

/// server_version as sessions tell it.
inline constexpr const char* kServerVersion = "15.18";

}  // namespace cadenza::pgwire
