#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"

namespace cadenza::cli {

/// The names that settings can have, with '_'.
struct SettingNames {
  std::set<std::string> own;     ///< of the command that runs
  std::set<std::string> others;  ///< of the other commands
  std::set<std::string> commands;
};

/// Settings from files: name -> values. Names are those of the flags, without dashes and with '_'.
/// A later file wins. Credentials are kept apart, so that nothing prints them.
class Settings {
 public:
  /// A .toml file: keys at the top or in a table named after the command, with '_' or '-'.
  /// A .cfg file: the predecessor's dl.cfg (see ParseDlCfg).
  Status LoadFile(const std::string& path, const std::string& command);
  Status LoadToml(const std::string& text, const std::string& path, const std::string& command);

  /// kUsage with file and key when a key of the files is no setting: in the command's own table it
  /// has to be the command's, at the top any command's.
  Status CheckNames(const SettingNames& names) const;

  /// CADENZA_<NAME> of the environment, else the files' value.
  std::optional<std::vector<std::string>> Find(const std::string& name) const;
  /// Where Find has it from: the variable's name or the file's.
  std::string OriginOf(const std::string& name) const;
  /// The same with the key of a file, e.g. cadenza.toml: memory.
  std::string NameOf(const std::string& name) const;
  const std::map<std::string, std::vector<std::string>>& values() const { return values_; }
  void Set(const std::string& name, std::vector<std::string> values);

  /// A key as it stands in a file.
  struct Key {
    std::string path;
    std::string table;  ///< the command's own; empty at the top
    std::string name;
    bool is_table = false;
  };
  void Note(Key key) {
    origins_[key.name] = key.path;
    keys_.push_back(std::move(key));
  }

 private:
  std::map<std::string, std::vector<std::string>> values_;
  std::map<std::string, std::vector<std::string>> credentials_;
  std::map<std::string, std::string> origins_;
  std::vector<Key> keys_;
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
