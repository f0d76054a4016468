#include "cli/serve_users.h"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>

#include "base/clock.h"
#include "serve/users.h"

namespace cadenza::cli {
namespace {

using serve::Users;

constexpr size_t kPasswordMin = 8;
constexpr int64_t kTokenDayMs = 86'400'000;

/// A line from the terminal that is not shown while it is typed.
std::string HiddenLine(const char* question) {
  fmt::print(stderr, "{}", question);
  termios before{};
  ::tcgetattr(STDIN_FILENO, &before);
  termios hidden = before;
  hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  std::string line;
  std::getline(std::cin, line);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
  fmt::print(stderr, "\n");
  return line;
}

Result<std::string> AskPassword() {
  std::string password;
  if (::isatty(STDIN_FILENO)) {
    password = HiddenLine("password: ");
    if (HiddenLine("again: ") != password) {
      return MakeError(ErrorKind::kUsage, "the two passwords differ");
    }
  } else {
    std::getline(std::cin, password);
  }
  if (password.size() >= kPasswordMin) return password;
  return MakeError(ErrorKind::kUsage, "a password has {} characters at least", kPasswordMin);
}

Status AddUser(Users* users, const UserEdit& edit, serve::Role role) {
  serve::User user;
  user.name = edit.name;
  user.role = role;
  CADENZA_TRY(users->Add(user));  // a wrong name is told before anybody types a password
  CADENZA_ASSIGN(const std::string password, AskPassword());
  CADENZA_ASSIGN(user.verifier, serve::MakeVerifier(password));
  return users->Add(std::move(user));
}

Result<MadeToken> AddToken(Users* users, const UserEdit& edit, serve::Role role) {
  MadeToken made;
  CADENZA_ASSIGN(made.secret, serve::MakeTokenSecret());
  made.expires_ms = NowMs() + edit.days * kTokenDayMs;
  CADENZA_TRY(users->Add(
      serve::Token{edit.name, role, serve::TokenHash(made.secret), made.expires_ms, edit.tables}));
  return made;
}

void List(const Users& users, const UserEdit& edit) {
  if (!edit.is_token) {
    for (const serve::User& user : users.users()) {
      fmt::print("{}  {}\n", user.name, serve::RoleName(user.role));
    }
    return;
  }
  for (const serve::Token& token : users.tokens()) {
    fmt::print("{}  {}  until {}{}{}{}\n", token.name, serve::RoleName(token.role),
               UtcText(token.expires_ms, "%Y-%m-%d"), token.expires_ms < NowMs() ? " (over)" : "",
               token.tables.empty() ? "" : "  shares ", token.tables);
  }
}

Status CheckUsage(const std::string& path, const UserEdit& edit) {
  const char* kind = edit.is_token ? "token" : "user";
  if (path.empty()) return MakeError(ErrorKind::kUsage, "--users is missing: which file?");
  if (edit.action.empty()) {
    return MakeError(ErrorKind::kUsage, "what is to be done? serve {} add, remove or list", kind);
  }
  if (edit.name.empty() && edit.action != "list") {
    return MakeError(ErrorKind::kUsage, "the name of the {} is missing", kind);
  }
  return {};
}

}  // namespace

Result<MadeToken> EditUsers(const std::string& path, const UserEdit& edit) {
  CADENZA_TRY(CheckUsage(path, edit));
  CADENZA_ASSIGN(const serve::Role role, serve::ParseRole(edit.role));
  Result<Users> loaded = Users::Load(path, "");
  const bool is_new = !loaded.ok() && loaded.error().kind == ErrorKind::kNotFound;
  if (!loaded.ok() && !(is_new && edit.action == "add")) return loaded.error();
  Users users = is_new ? Users() : std::move(*loaded);
  if (edit.action == "list") {
    List(users, edit);
    return MadeToken();
  }
  MadeToken made;
  if (edit.action == "remove") {
    const bool was_there =
        edit.is_token ? users.RemoveToken(edit.name) : users.RemoveUser(edit.name);
    if (!was_there) return MakeError(ErrorKind::kNotFound, "not in {}: {}", path, edit.name);
  } else if (edit.is_token) {
    CADENZA_ASSIGN(made, AddToken(&users, edit, role));
  } else {
    CADENZA_TRY(AddUser(&users, edit, role));
  }
  CADENZA_TRY(users.Save(path));
  return made;
}

}  // namespace cadenza::cli
