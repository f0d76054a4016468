// The AWS files. They are INI in the main, but lines are longer than the INI library takes (session
// tokens), and secrets may hold every character that it knows as a comment.

#include <fstream>
#include <sstream>

#include "storage/s3/credentials.h"

namespace cadenza::s3 {
namespace {

std::string Trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string ReadText(const char* variable, const char* name_at_home) {
  std::string path = Variable(variable).value_or("");
  if (path.empty()) path = Variable("HOME").value_or("") + "/.aws/" + name_at_home;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  return text.str();
}

}  // namespace

std::map<std::string, Profile> ParseProfiles(const std::string& text) {
  std::map<std::string, Profile> profiles;
  Profile* section = nullptr;
  std::istringstream lines(text);
  for (std::string raw; std::getline(lines, raw);) {
    // What is indented belongs to a nested setting, none of which matters here.
    const bool nested = raw.starts_with(' ') || raw.starts_with('\t');
    const std::string line = Trimmed(raw);
    if (line.empty() || nested || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      const size_t end = line.find(']');
      if (end == std::string::npos) continue;
      section = &profiles[Trimmed(line.substr(1, end - 1))];
      continue;
    }
    const size_t equals = line.find('=');
    if (equals == std::string::npos || section == nullptr) continue;
    (*section)[Trimmed(line.substr(0, equals))] = Trimmed(line.substr(equals + 1));
  }
  return profiles;
}

NamedProfile ReadProfile(const Options& options) {
  NamedProfile found;
  found.name = options.profile;
  for (const char* variable : {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}) {
    if (found.name.empty()) found.name = Variable(variable).value_or("");
  }
  if (found.name.empty()) found.name = "default";
  const auto config = ParseProfiles(ReadText("AWS_CONFIG_FILE", "config"));
  const auto secrets = ParseProfiles(ReadText("AWS_SHARED_CREDENTIALS_FILE", "credentials"));
  const auto add = [&](const std::map<std::string, Profile>& profiles, const std::string& section) {
    const auto at = profiles.find(section);
    if (at == profiles.end()) return;
    if (!found.values) found.values.emplace();
    for (const auto& [key, value] : at->second) (*found.values)[key] = value;
  };
  add(config, found.name == "default" ? "default" : "profile " + found.name);
  if (found.name == "default") add(config, "profile default");
  add(secrets, found.name);
  return found;
}

}  // namespace cadenza::s3
