#include "pgwire/settings.h"

#include <algorithm>
#include <array>

#include "pgwire_texts.h"

namespace cadenza::pgwire {
namespace {

constexpr auto kReported = std::to_array<const char*>({
    "application_name",
    "client_encoding",
    "DateStyle",
    "default_transaction_read_only",
    "in_hot_standby",
    "integer_datetimes",
    "IntervalStyle",
    "is_superuser",
    "server_encoding",
    "server_version",
    "session_authorization",
    "standard_conforming_strings",
    "TimeZone",
});

constexpr auto kFixed = std::to_array<std::string_view>({
    "integer_datetimes",
    "server_encoding",
    "server_version",
    "server_version_num",
    "in_hot_standby",
    "is_superuser",
    "lc_collate",
    "lc_ctype",
    "max_identifier_length",
    "block_size",
    "max_index_keys",
    "standard_conforming_strings",
});

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return text;
}

/// The first two columns of pg_settings.tsv.
std::map<std::string, std::string> OfPostgres() {
  std::map<std::string, std::string> settings;
  std::string_view rest = kPgSettings;
  rest.remove_prefix(rest.find('\n') + 1);
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    const size_t tab = line.find('\t');
    const std::string_view value = line.substr(tab + 1, line.find('\t', tab + 1) - tab - 1);
    settings[Lower(std::string(line.substr(0, tab)))] = value == "\\N" ? "" : value;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return settings;
}

bool IsEncoding(const std::string& value) {
  std::string plain = Lower(value);
  std::erase_if(plain, [](char c) { return c == '-' || c == '_' || c == '\'' || c == '"'; });
  return plain == "utf8" || plain == "unicode" || plain == "sqlascii";
}

}  // namespace

Settings::Settings() {
  static const std::map<std::string, std::string> kDefaults = OfPostgres();
  values_ = kDefaults;
  const std::pair<const char*, const char*> own[] = {
      {"application_name", ""},
      {"client_encoding", "UTF8"},
      {"datestyle", "ISO, MDY"},
      {"default_transaction_read_only", "on"},
      {"transaction_read_only", "on"},
      {"in_hot_standby", "off"},
      {"integer_datetimes", "on"},
      {"intervalstyle", "postgres"},
      {"is_superuser", "off"},
      {"server_encoding", "UTF8"},
      {"server_version", kServerVersion},
      {"server_version_num", "150018"},
      {"session_authorization", ""},
      {"standard_conforming_strings", "on"},
      {"timezone", "UTC"},
      {"search_path", "gold, silver, bronze, ops"},
      {"transaction_isolation", "repeatable read"},
      {"default_transaction_isolation", "repeatable read"},
      {"lc_collate", "C.UTF-8"},
      {"lc_ctype", "C.UTF-8"},
      {"role", "none"}};
  for (const auto& [name, value] : own) values_[name] = value;
  defaults_ = values_;
}

const std::string* Settings::Find(const std::string& name) const {
  const auto found = values_.find(Lower(name));
  return found == values_.end() ? nullptr : &found->second;
}

Outcome<void> Settings::Set(const std::string& name, const std::string& value) {
  const std::string key = Lower(name);
  const bool is_free = key.find('.') != key.npos;
  if (!values_.contains(key) && !is_free) {
    return MakeSqlError("42704", "unrecognized configuration parameter \"{}\"", name);
  }
  if (std::ranges::find(kFixed, key) != kFixed.end()) {
    if (values_[key] == value) return {};
    return MakeSqlError("55P02", "parameter \"{}\" cannot be changed", name);
  }
  if (key == "client_encoding") {
    if (!IsEncoding(value))
      return MakeSqlError("22023", "invalid value for parameter \"client_encoding\": \"{}\"",
                          value);
    values_[key] = "UTF8";
    return {};
  }
  const bool writes = (key == "transaction_read_only" || key == "default_transaction_read_only") &&
                      (value == "off" || value == "false" || value == "0");
  if (writes)
    return SqlError{"25006", "cannot set transaction read-write mode: the lake is read only"};
  if (key == "datestyle") {
    // Whatever order of day and month a client reads, what is written is ISO.
    if (Lower(value).find("iso") == std::string::npos) return {};
    values_[key] = Lower(value).find("dmy") != std::string::npos ? "ISO, DMY" : "ISO, MDY";
    return {};
  }
  values_[key] = value;
  return {};
}

Outcome<void> Settings::Reset(const std::string& name) {
  const auto found = defaults_.find(Lower(name));
  if (found != defaults_.end()) return Set(name, found->second);
  if (name.find('.') == name.npos)
    return MakeSqlError("42704", "unrecognized configuration parameter \"{}\"", name);
  values_.erase(Lower(name));
  return {};
}

std::vector<std::pair<std::string, std::string>> Settings::Reported() const {
  std::vector<std::pair<std::string, std::string>> reported;
  for (const char* name : kReported) reported.emplace_back(name, *Find(name));
  return reported;
}

std::vector<std::pair<std::string, std::string>> Settings::All() const {
  return {values_.begin(), values_.end()};
}

std::vector<std::string> Settings::SearchPath() const {
  std::vector<std::string> parts;
  std::string part;
  bool quoted = false;
  const auto add = [&] {
    if (!part.empty() && part != "pg_catalog" && part != "$user") parts.push_back(part);
    part.clear();
  };
  for (const char c : *Find("search_path")) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      add();
    else if (c != ' ' || quoted)
      part.push_back(c);
  }
  add();
  return parts;
}

}  // namespace cadenza::pgwire
