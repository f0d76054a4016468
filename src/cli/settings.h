#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace cadenza::cli {

/// Settings from files: name -> values. Names are those of the flags, without dashes and with '_'.
/// A later file wins. Credentials are kept apart, so that nothing prints them.
class Settings {
 public:
  /// A .toml file: keys at the top or in a table named after the command.
  /// A .cfg file: the predecessor's dl.cfg (see ParseDlCfg).
  Status LoadFile(const std::string& path, const std::string& command);
  Status LoadToml(const std::string& text, const std::string& path, const std::string& command);

  /// CADENZA_<NAME> of the environment, else the files' value.
  std::optional<std::vector<std::string>> Find(const std::string& name) const;
  const std::map<std::string, std::vector<std::string>>& values() const { return values_; }
  void Set(const std::string& name, std::vector<std::string> values) {
    values_[name] = std::move(values);
  }

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

/// What the predecessor project's settings file says.
///   [AWS] AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, S3_BUCKET     [PROJECT] MODE = LOCAL | S3
struct DlCfg {
  bool local = true;
  std::string bucket;
  std::string access_key_id;
  std::string secret_access_key;
};
/// kInput with the line, never with a value of [AWS].
Result<DlCfg> ParseDlCfg(const std::string& text, const std::string& path);

}  // namespace cadenza::cli
