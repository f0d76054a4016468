#include "cli/settings.h"

#include <ini.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/format_version.h"
#include "base/nearest_name.h"
#include "base/toml_fault.h"

namespace cadenza::cli {
namespace {

namespace fs = std::filesystem;

std::string Upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

/// dl.cfg values are often quoted.
std::string Unquoted(std::string text) {
  if (text.size() >= 2 && (text.front() == '\'' || text.front() == '"') &&
      text.back() == text.front()) {
    return text.substr(1, text.size() - 2);
  }
  return text;
}

Result<std::string> TextOf(const toml::node& node, const std::string& where) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* flag = node.as_boolean()) return std::string(flag->get() ? "true" : "false");
  return MakeError(ErrorKind::kUsage, "not a text, number or flag: {}", where);
}

Result<std::vector<std::string>> TextsOf(const toml::node& node, const std::string& where) {
  std::vector<std::string> texts;
  if (const toml::array* list = node.as_array()) {
    for (const toml::node& item : *list) {
      CADENZA_ASSIGN(std::string text, TextOf(item, where));
      texts.push_back(std::move(text));
    }
    return texts;
  }
  CADENZA_ASSIGN(std::string text, TextOf(node, where));
  texts.push_back(std::move(text));
  return texts;
}

/// [partition] songs = "year" is the flag --partition songs=year.
Result<std::vector<std::string>> PairsOf(const toml::table& table, const std::string& where) {
  std::vector<std::string> pairs;
  for (const auto& [key, value] : table) {
    CADENZA_ASSIGN(const std::string text, TextOf(value, where));
    pairs.push_back(fmt::format("{}={}", key.str(), text));
  }
  return pairs;
}

/// `own` is the command's name for its own table, empty for the keys at the top.
Status Collect(const toml::table& table, const std::string& path, const std::string& own,
               Settings* settings) {
  for (const auto& [key, node] : table) {
    std::string name(key.str());
    std::ranges::replace(name, '-', '_');
    const std::string where = fmt::format("{}: {}", path, name);
    if (own.empty() && name == "format_version") {
      CADENZA_TRY(CheckFormat(path, node.value<int64_t>().value_or(0)));
      continue;
    }
    settings->Note({path, own, name, node.is_table()});
    // The tables of commands are looked at by their names.
    if (node.is_table() && name != "partition") continue;
    std::vector<std::string> values;
    if (const toml::table* pairs = node.as_table()) {
      CADENZA_ASSIGN(values, PairsOf(*pairs, where));
    } else {
      CADENZA_ASSIGN(values, TextsOf(node, where));
    }
    settings->Set(name, std::move(values));
  }
  return {};
}

/// The archive in data/ beside the settings file, or beside itself.
Result<std::string> LocalArchive(const std::string& cfg_path, const char* name) {
  const fs::path folder = fs::path(cfg_path).parent_path();
  for (const fs::path& candidate : {folder / "data" / name, folder / name}) {
    std::error_code ignored;
    if (fs::exists(candidate, ignored)) return candidate.string();
  }
  return MakeError(ErrorKind::kNotFound, "{}: MODE = LOCAL needs data/{} or {} beside it", cfg_path,
                   name, name);
}

Status ApplyDlCfg(const DlCfg& cfg, const std::string& path, Settings* settings) {
  if (!cfg.access_key_id.empty()) settings->Set("access_key_id", {cfg.access_key_id});
  if (!cfg.secret_access_key.empty()) settings->Set("secret_access_key", {cfg.secret_access_key});
  if (!cfg.local) {
    settings->Set("songs", {"s3://" + cfg.bucket + "/song_data"});
    settings->Set("logs", {"s3://" + cfg.bucket + "/log_data"});
    return {};
  }
  CADENZA_ASSIGN(std::string songs, LocalArchive(path, "song-data.zip"));
  CADENZA_ASSIGN(std::string logs, LocalArchive(path, "log-data.zip"));
  settings->Set("songs", {std::move(songs)});
  settings->Set("logs", {std::move(logs)});
  return {};
}

struct DlCfgReading {
  DlCfg cfg;
  bool has_mode = false;
  bool mode_is_known = true;
};

int OnDlCfgValue(void* user, const char* section, const char* name, const char* value) {
  auto* reading = static_cast<DlCfgReading*>(user);
  const std::string key = Upper(name);
  const std::string text = Unquoted(value ? value : "");
  if (key == "AWS_ACCESS_KEY_ID") reading->cfg.access_key_id = text;
  if (key == "AWS_SECRET_ACCESS_KEY") reading->cfg.secret_access_key = text;
  if (key == "S3_BUCKET") reading->cfg.bucket = text;
  if (Upper(section) == "PROJECT" && key == "MODE") {
    reading->has_mode = true;
    reading->mode_is_known = Upper(text) == "LOCAL" || Upper(text) == "S3";
    reading->cfg.local = Upper(text) != "S3";
  }
  return 1;
}

}  // namespace

Result<DlCfg> ParseDlCfg(const std::string& text, const std::string& path) {
  DlCfgReading reading;
  const int line = ini_parse_string(text.c_str(), OnDlCfgValue, &reading);
  if (line > 0) {
    return MakeError(ErrorKind::kUsage, "{}: not `[section]` or `key = value` in line {}", path,
                     line);
  }
  if (!reading.has_mode) {
    return MakeError(ErrorKind::kUsage, "{}: [PROJECT] MODE (LOCAL or S3) is missing", path);
  }
  if (!reading.mode_is_known) {
    return MakeError(ErrorKind::kUsage, "{}: [PROJECT] MODE is neither LOCAL nor S3", path);
  }
  if (!reading.cfg.local && reading.cfg.bucket.empty()) {
    return MakeError(ErrorKind::kUsage, "{}: MODE = S3 needs [AWS] S3_BUCKET", path);
  }
  return reading.cfg;
}

Status Settings::LoadToml(const std::string& text, const std::string& path,
                          const std::string& command) {
  try {
    const toml::table table = toml::parse(text, path);
    CADENZA_TRY(Collect(table, path, "", this));
    if (const toml::table* own = table[command].as_table()) {
      CADENZA_TRY(Collect(*own, path, command, this));
    }
    return {};
  } catch (const toml::parse_error& error) {
    return MakeError(ErrorKind::kUsage, "{}, line {}: {}", path,
                     static_cast<int>(error.source().begin.line), TomlFault(error.description()));
  }
}

Status Settings::LoadFile(const std::string& path, const std::string& command) {
  std::ifstream file(path, std::ios::binary);
  std::error_code ignored;
  if (!file || fs::is_directory(path, ignored)) {
    return MakeError(ErrorKind::kUsage, "cannot read the settings file {}", path);
  }
  std::ostringstream text;
  text << file.rdbuf();
  if (!path.ends_with(".cfg")) return LoadToml(text.str(), path, command);
  CADENZA_ASSIGN(const DlCfg cfg, ParseDlCfg(text.str(), path));
  return ApplyDlCfg(cfg, path, this);
}

void Settings::Set(const std::string& name, std::vector<std::string> values) {
  constexpr auto kCredentials = std::to_array<std::string_view>(
      {"access_key_id", "secret_access_key", "session_token", "smtp_password", "webhook"});
  const bool secret = std::ranges::count(kCredentials, name) > 0;
  (secret ? credentials_ : values_)[name] = std::move(values);
}

Status Settings::CheckNames(const SettingNames& names) const {
  for (const Key& key : keys_) {
    const bool is_own = names.own.contains(key.name);
    if (!key.table.empty()) {
      const bool fits = is_own && (!key.is_table || key.name == "partition");
      if (fits) continue;
      return MakeError(ErrorKind::kUsage, "{}: cadenza {} has no such setting: [{}] {}{}", key.path,
                       key.table, key.table, key.name,
                       DidYouMean(NearestName(key.name, names.own)));
    }
    const bool is_setting = is_own || names.others.contains(key.name);
    if (key.is_table && (names.commands.contains(key.name) || key.name == "partition")) continue;
    if (!key.is_table && is_setting) continue;
    std::set<std::string> known = key.is_table ? names.commands : names.own;
    if (!key.is_table) known.insert(names.others.begin(), names.others.end());
    return MakeError(ErrorKind::kUsage, "{}: no such {}: {}{}", key.path,
                     key.is_table ? "table of settings" : "setting", key.name,
                     DidYouMean(NearestName(key.name, known)));
  }
  return {};
}

std::string Settings::OriginOf(const std::string& name) const {
  std::string variable = "CADENZA_" + Upper(name);
  const char* value = std::getenv(variable.c_str());
  if (value && *value) return variable;
  const auto found = origins_.find(name);
  return found == origins_.end() ? name : found->second;
}

std::string Settings::NameOf(const std::string& name) const {
  const std::string origin = OriginOf(name);
  return origin.starts_with("CADENZA_") || origin == name ? origin : origin + ": " + name;
}

std::optional<std::vector<std::string>> Settings::Find(const std::string& name) const {
  const char* value = std::getenv(("CADENZA_" + Upper(name)).c_str());
  if (value && *value) return std::vector<std::string>{value};
  for (const auto* values : {&values_, &credentials_}) {
    const auto found = values->find(name);
    if (found != values->end()) return found->second;
  }
  return std::nullopt;
}

}  // namespace cadenza::cli
