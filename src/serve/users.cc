#include "serve/users.h"

#include <fnmatch.h>
#include <sys/stat.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/clock.h"
#include "base/toml_fault.h"
#include "base/trim.h"
#include "base/utc_time.h"
#include "serve/secret_file.h"
#include "serve/secret_text.h"

namespace cadenza::serve {
namespace {

constexpr size_t kNameMax = 63;

Status CheckName(std::string_view name) {
  const auto is_letter = [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '-' || c == '.' || c == '@';
  };
  if (!name.empty() && name.size() <= kNameMax && std::ranges::all_of(name, is_letter)) return {};
  return MakeError(ErrorKind::kUsage,
                   "a name has letters, digits and . _ - @, at most {} of them: {}", kNameMax,
                   name);
}

/// The text of a key, with the place of an error.
Result<std::string> TextOf(const toml::table& entry, const char* key, const std::string& where) {
  const auto value = entry[key].value<std::string>();
  if (value) return *value;
  return MakeError(ErrorKind::kInput, "{} has no text `{}`", where, key);
}

Result<Role> RoleOfEntry(const toml::table& entry, const std::string& where) {
  CADENZA_ASSIGN(const std::string name, TextOf(entry, "role", where));
  const Result<Role> role = ParseRole(name);
  if (role.ok()) return *role;
  return MakeError(ErrorKind::kInput, "{}: {}", where, role.error().message);
}

Result<User> UserOf(const std::string& name, const toml::table& entry, const std::string& where) {
  User user;
  user.name = name;
  CADENZA_ASSIGN(user.role, RoleOfEntry(entry, where));
  CADENZA_ASSIGN(const std::string text, TextOf(entry, "verifier", where));
  Result<ScramVerifier> verifier = ParseVerifier(text);
  if (!verifier.ok()) {
    return MakeError(ErrorKind::kInput, "{}: {}", where, verifier.error().message);
  }
  user.verifier = std::move(*verifier);
  return user;
}

Result<Token> TokenOf(const std::string& name, const toml::table& entry, const std::string& where) {
  Token token;
  token.name = name;
  CADENZA_ASSIGN(token.role, RoleOfEntry(entry, where));
  CADENZA_ASSIGN(token.sha256, TextOf(entry, "sha256", where));
  CADENZA_ASSIGN(const std::string expires, TextOf(entry, "expires", where));
  const std::optional<int64_t> ms = ParseUtcMs(expires);
  const auto is_hex = [](unsigned char c) { return std::isdigit(c) || (c >= 'a' && c <= 'f'); };
  if (!ms) return MakeError(ErrorKind::kInput, "{}: `expires` is no time: {}", where, expires);
  if (token.sha256.size() != 64 || !std::ranges::all_of(token.sha256, is_hex)) {
    return MakeError(ErrorKind::kInput, "{}: `sha256` is no hash", where);
  }
  token.expires_ms = *ms;
  if (entry.contains("tables")) {
    CADENZA_ASSIGN(token.tables, TextOf(entry, "tables", where));
  }
  return token;
}

/// The tables below a key, e.g. [users.ana]; any other thing is an error.
template <class Take>
Status ForEachEntry(const toml::table& file, const char* kind, const std::string& path,
                    const Take& take) {
  const auto* entries = file[kind].as_table();
  if (!entries) return {};
  for (const auto& [key, node] : *entries) {
    const std::string name(key.str());
    const std::string where = fmt::format("{}: [{}.{}]", path, kind, name);
    const auto* entry = node.as_table();
    if (!entry) return MakeError(ErrorKind::kInput, "{} is no table", where);
    CADENZA_TRY(take(name, *entry, where));
  }
  return {};
}

Status CheckPlace(const std::string& path, const std::string& lake_root) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path file = fs::weakly_canonical(path, error);
  const fs::path lake = fs::weakly_canonical(lake_root, error);
  if (lake_root.empty() || lake_root.starts_with("s3://")) return {};
  const auto [in_lake, in_file] = std::mismatch(lake.begin(), lake.end(), file.begin(), file.end());
  if (in_lake != lake.end()) return {};
  return MakeError(ErrorKind::kInput, "the users file lies in the lake, which others read: {}",
                   path);
}

template <class Named>
bool Remove(std::vector<Named>* list, std::string_view name) {
  return std::erase_if(*list, [&](const Named& each) { return each.name == name; }) > 0;
}

}  // namespace

std::string_view RoleName(Role role) {
  constexpr std::array<std::string_view, 3> kNames = {"viewer", "analyst", "owner"};
  return kNames[static_cast<size_t>(role)];
}

Result<Role> ParseRole(std::string_view name) {
  for (const Role role : {Role::kViewer, Role::kAnalyst}) {
    if (RoleName(role) == name) return role;
  }
  return MakeError(ErrorKind::kUsage, "no such role (there are viewer, analyst): {}", name);
}

bool IsWithin(std::string_view tables, const std::string& name) {
  if (tables.empty()) return true;
  while (!tables.empty()) {
    const size_t end = std::min(tables.find(','), tables.size());
    const std::string pattern(Trim(tables.substr(0, end)));
    if (::fnmatch(pattern.c_str(), name.c_str(), 0) == 0) return true;
    tables.remove_prefix(std::min(end + 1, tables.size()));
  }
  return false;
}

bool NamesListeners(const lake::Model& table) {
  return table.has_column("user_id") || table.has_column("customer_id");
}

bool MayRead(Role role, const lake::Model& table) {
  if (role == Role::kOwner) return true;
  if (table.name == "forgotten" || table.name == "rectifications") return false;
  return role == Role::kAnalyst || !NamesListeners(table);
}

Result<Users> Users::Load(const std::string& path, const std::string& lake_root) {
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0) {
    return MakeError(ErrorKind::kNotFound,
                     "there is no users file (cadenza serve user add makes "
                     "one): {}",
                     path);
  }
  if (!S_ISREG(about.st_mode) || (about.st_mode & 0177) != 0) {
    return MakeError(ErrorKind::kInput,
                     "others may read or write the users file (mode {:04o}; chmod 0600): {}",
                     about.st_mode & 07777, path);
  }
  CADENZA_TRY(CheckPlace(path, lake_root));
  std::ifstream file(path);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  if (!file) return MakeError(ErrorKind::kIo, "cannot read the users file: {}", path);
  return Parse(text, path);
}

Result<Users> Users::Parse(const std::string& text, const std::string& path) {
  toml::table file;
  try {
    file = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return MakeError(ErrorKind::kInput, "{}:{}: {}", path, error.source().begin.line,
                     TomlFault(error.description()));
  }
  Users users;
  for (const auto& [key, node] : file) {
    if (key != "users" && key != "tokens") {
      return MakeError(ErrorKind::kInput, "{}: neither [users.NAME] nor [tokens.NAME]: {}", path,
                       key.str());
    }
  }
  CADENZA_TRY(ForEachEntry(file, "users", path,
                           [&](const auto& name, const auto& entry, const auto& where) -> Status {
                             CADENZA_ASSIGN(User user, UserOf(name, entry, where));
                             return users.Add(std::move(user));
                           }));
  CADENZA_TRY(ForEachEntry(file, "tokens", path,
                           [&](const auto& name, const auto& entry, const auto& where) -> Status {
                             CADENZA_ASSIGN(Token token, TokenOf(name, entry, where));
                             return users.Add(std::move(token));
                           }));
  return users;
}

std::string Users::ToToml() const {
  std::string text = "# Who may ask cadenza serve. Made by cadenza serve user and token.\n";
  for (const User& user : users_) {
    text += fmt::format("\n[users.\"{}\"]\nrole = \"{}\"\nverifier = \"{}\"\n", user.name,
                        RoleName(user.role), VerifierText(user.verifier));
  }
  for (const Token& token : tokens_) {
    text += fmt::format("\n[tokens.\"{}\"]\nrole = \"{}\"\nsha256 = \"{}\"\nexpires = \"{}\"\n",
                        token.name, RoleName(token.role), token.sha256,
                        UtcText(token.expires_ms, "%Y-%m-%dT%H:%M:%SZ"));
    if (!token.tables.empty()) text += fmt::format("tables = \"{}\"\n", token.tables);
  }
  return text;
}

Status Users::Save(const std::string& path) const {
  return ReplaceSecretFile(path, ToToml(), "the users file");
}

const User* Users::Find(std::string_view name) const {
  const auto found = std::ranges::find(users_, name, &User::name);
  return found == users_.end() ? nullptr : &*found;
}

const Token* Users::FindToken(std::string_view secret, int64_t now_ms) const {
  const std::string hash = TokenHash(secret);
  const auto found = std::ranges::find(tokens_, hash, &Token::sha256);
  return found == tokens_.end() || found->expires_ms <= now_ms ? nullptr : &*found;
}

Status Users::Add(User user) {
  CADENZA_TRY(CheckName(user.name));
  Remove(&users_, user.name);
  users_.push_back(std::move(user));
  return {};
}

Status Users::Add(Token token) {
  CADENZA_TRY(CheckName(token.name));
  Remove(&tokens_, token.name);
  tokens_.push_back(std::move(token));
  return {};
}

bool Users::RemoveUser(std::string_view name) { return Remove(&users_, name); }
bool Users::RemoveToken(std::string_view name) { return Remove(&tokens_, name); }

Result<std::string> MakeTokenSecret() {
  CADENZA_ASSIGN(const std::string bytes, RandomBytes(32));
  return "cdz_" + ToUrlText(bytes);
}

std::string TokenHash(std::string_view secret) { return ToHex(Sha256(secret)); }

}  // namespace cadenza::serve
