#include "serve/access.h"

#include <sys/stat.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "serve/login_page.h"
#include "serve/secret_text.h"

namespace cadenza::serve {
namespace {

constexpr int64_t kVisitMs = int64_t{12} * 3600 * 1000;
constexpr int kFailuresFree = 5;
constexpr int64_t kClosedSecondsMax = 300;
constexpr size_t kRemembered = 10'000;
constexpr const char* kCookie = "cadenza";

/// The name that a request gives its server, without the port.
std::string HostOf(const http::Request& request) {
  const std::string host = request.Header("host");
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

/// A page of somebody else can make a browser ask a name that it points here; it cannot choose the
/// Host.
bool NamesThisMachine(const http::Request& request) {
  const std::string host = HostOf(request);
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

/// Checked for a name that nobody has, so that the time tells nothing.
const ScramVerifier& NobodysVerifier() {
  static const ScramVerifier verifier = VerifierOf("", std::string(16, '\0'), 4096);
  return verifier;
}

http::Reply Unauthorized(const http::Request& request) {
  if (request.method == "GET" && request.Header("accept").find("text/html") != std::string::npos) {
    return RedirectTo("/login?next=" + EscapedForAddress(TargetOf(request)));
  }
  http::Reply reply = http::ErrorReply(401, "login_needed", "log in, or send a token");
  reply.headers.emplace_back("WWW-Authenticate", "Bearer");
  return reply;
}

/// Keeps a map small: those that no longer count go first.
template <class Map, class IsOver>
void Trim(Map* map, const IsOver& is_over) {
  if (map->size() < kRemembered) return;
  std::erase_if(*map, [&](const auto& entry) { return is_over(entry.second); });
  if (map->size() >= kRemembered) map->erase(map->begin());
}

}  // namespace

Result<std::unique_ptr<Access>> Access::Open(AccessOptions options) {
  std::unique_ptr<Access> access(new Access(std::move(options)));
  if (access->options_.users_file.empty()) return access;
  CADENZA_ASSIGN(Users users, Users::Load(access->options_.users_file, access->options_.lake));
  access->users_ = std::make_shared<const Users>(std::move(users));
  return access;
}

int64_t Access::Now() const { return options_.now_ms ? options_.now_ms() : NowMs(); }

std::string Access::PeerOf(const http::Request& request) const {
  const std::string told = options_.behind_proxy ? request.Header("x-forwarded-for") : "";
  if (told.empty()) return request.peer;
  return told.substr(told.find_last_of(", ") == std::string::npos ? 0
                                                                  : told.find_last_of(", ") + 1);
}

std::shared_ptr<const Users> Access::users() {
  const std::lock_guard lock(mutex_);
  constexpr int64_t kLookMs = 500;
  if (options_.users_file.empty() || Now() < looked_ms_ + kLookMs) return users_;
  looked_ms_ = Now();
  struct stat about{};
  const bool is_there = ::stat(options_.users_file.c_str(), &about) == 0;
  // Times tick some milliseconds apart: two files one after the other may have the same.
  const FileMark mark{about.st_ctim.tv_sec, about.st_ctim.tv_nsec,
                      static_cast<int64_t>(about.st_ino), about.st_size};
  if (is_there && mark == read_mark_) return users_;
  read_mark_ = mark;
  // A file that cannot be read any more lets nobody in: it may be that somebody was to be shut out.
  Result<Users> users = Users::Load(options_.users_file, options_.lake);
  users_ = std::make_shared<const Users>(users.ok() ? std::move(*users) : Users());
  return users_;
}

/// What a page of this server sends along with what it posts.
bool Access::IsOwnOrigin(const http::Request& request) const {
  const std::string origin = request.Header("origin");
  const bool is_encrypted = options_.is_encrypted || options_.behind_proxy;
  return origin == (is_encrypted ? "https://" : "http://") + request.Header("host");
}

std::optional<http::Reply> Access::Identify(http::Request* request, bool* by_cookie) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string authorization = request->Header("authorization");
  const auto known = users();
  if (authorization.starts_with(kBearer)) {
    const Token* token =
        known->FindToken(std::string_view(authorization).substr(kBearer.size()), Now());
    if (!token) return http::ErrorReply(401, "wrong_token", "the token is unknown or has expired");
    if (!token->tables.empty() && !request->path().starts_with(std::string(kSharePath) + "/")) {
      return http::ErrorReply(403, "share_only", "this token is for Delta Sharing alone");
    }
    request->user = token->name;
    request->role = RoleName(token->role);
    request->tables = token->tables;
    return std::nullopt;
  }
  const std::string cookie = request->Cookie(kCookie);
  const std::lock_guard lock(mutex_);
  const auto visit = cookie.empty() ? visits_.end() : visits_.find(TokenHash(cookie));
  if (visit == visits_.end() || visit->second.ends_ms < Now()) return Unauthorized(*request);
  const User* user = known->Find(visit->second.user);
  if (!user) return Unauthorized(*request);
  *by_cookie = true;
  request->user = user->name;
  request->role = RoleName(user->role);
  return std::nullopt;
}

std::optional<http::Reply> Access::Check(http::Request* request, const http::Route* route) {
  if (options_.only_this_machine && !NamesThisMachine(*request)) {
    return http::ErrorReply(421, "wrong_host",
                            "this server answers for localhost, 127.0.0.1 and [::1] only");
  }
  const bool acts = request->method != "GET";
  if (acts && !request->Header("origin").empty() && !IsOwnOrigin(*request)) {
    return http::ErrorReply(403, "foreign_origin", "a page of another origin may not ask this");
  }
  bool by_cookie = false;
  if (options_.users_file.empty()) {
    request->role = RoleName(Role::kOwner);
  } else if (!route || !route->is_open) {
    if (auto refusal = Identify(request, &by_cookie)) return refusal;
  }
  if (acts && by_cookie && request->Header("origin").empty()) {
    return http::ErrorReply(403, "no_origin", "a request with a cookie needs an Origin");
  }
  return std::nullopt;
}

int64_t Access::SecondsClosed(const std::string& key) {
  const auto found = failures_.find(key);
  if (found == failures_.end()) return 0;
  return std::max<int64_t>(0, (found->second.closed_until_ms - Now() + 999) / 1000);
}

void Access::NoteFailure(const std::string& key) {
  Trim(&failures_, [&](const Failures& each) { return each.closed_until_ms < Now(); });
  Failures& failures = failures_[key];
  const int beyond = ++failures.count - kFailuresFree;
  if (beyond < 0) return;
  const int64_t seconds = std::min(kClosedSecondsMax, int64_t{1} << std::min(beyond, 20));
  failures.closed_until_ms = Now() + seconds * 1000;
}

Result<std::optional<Role>> Access::LogIn(const std::string& name, const std::string& password,
                                          const std::string& peer) {
  const std::string by_user = "user " + name, by_peer = "peer " + peer;
  {
    const std::lock_guard lock(mutex_);
    const int64_t seconds = std::max(SecondsClosed(by_user), SecondsClosed(by_peer));
    if (seconds > 0) {
      return MakeError(ErrorKind::kConflict, "too many wrong passwords; wait {} s", seconds);
    }
  }
  const auto known = users();
  const User* user = known ? known->Find(name) : nullptr;
  const bool is_right = IsPassword(user ? user->verifier : NobodysVerifier(), password) && user;
  const std::lock_guard lock(mutex_);
  if (!is_right) {
    NoteFailure(by_user);
    NoteFailure(by_peer);
    return std::optional<Role>();
  }
  failures_.erase(by_user);
  failures_.erase(by_peer);
  return std::optional(user->role);
}

Result<std::string> Access::BeginVisit(const std::string& user, Role role) {
  CADENZA_ASSIGN(const std::string bytes, RandomBytes(32));
  std::string cookie = ToUrlText(bytes);
  const std::lock_guard lock(mutex_);
  Trim(&visits_, [&](const Visit& visit) { return visit.ends_ms < Now(); });
  visits_[TokenHash(cookie)] = {user, role, Now() + kVisitMs};
  return cookie;
}

http::Reply Access::LogInWith(const http::Request& request, const std::string& user,
                              const std::string& password, const std::string& next) {
  const Result<std::optional<Role>> role = LogIn(user, password, PeerOf(request));
  if (!role.ok()) return http::LaterReply(429, "wait", role.error().message, 1);
  if (!*role) return http::ErrorReply(401, "wrong_password", "wrong name or password");
  const Result<std::string> cookie = BeginVisit(user, **role);
  if (!cookie.ok()) return http::ErrorReply(cookie.error());
  http::Reply reply = next.empty()
                          ? http::JsonReply(fmt::format(R"({{"user":{},"role":"{}"}})",
                                                        http::JsonText(user), RoleName(**role)))
                          : RedirectTo(next);
  const bool secure = options_.is_encrypted || options_.behind_proxy;
  reply.headers.emplace_back(
      "Set-Cookie", fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{}", kCookie,
                                *cookie, kVisitMs / 1000, secure ? "; Secure" : ""));
  return reply;
}

http::Reply Access::LogInByForm(const http::Request& request) {
  const Result<http::Target> form = http::ParseTarget("/?" + request.body);
  if (!form.ok()) return http::ErrorReply(form.error());
  http::Request fields;
  fields.target = *form;
  const std::string next = SafeAddress(fields.Query("next").value_or("/"));
  http::Reply reply = LogInWith(request, fields.Query("user").value_or(""),
                                fields.Query("password").value_or(""), next);
  if (reply.status < 400) return reply;
  const int status = reply.status;
  const char* why = status == 429 ? "Too many wrong passwords. Wait a little and try again."
                                  : "Wrong name or password.";
  return http::TextReply(status, LoginPage(next, why), "text/html; charset=utf-8");
}

http::Reply Access::LogInByJson(const http::Request& request) {
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  const auto is_text = [&](const char* key) {
    return body.is_object() && body.contains(key) && body[key].is_string();
  };
  if (!is_text("user") || !is_text("password")) {
    return http::ErrorReply(400, "bad_request", R"(the body is {"user": "…", "password": "…"})");
  }
  return LogInWith(request, body["user"], body["password"], "");
}

http::Reply Access::LogOut(const http::Request& request) {
  {
    const std::lock_guard lock(mutex_);
    visits_.erase(TokenHash(request.Cookie(kCookie)));
  }
  http::Reply reply = http::JsonReply("{}");
  reply.headers.emplace_back(
      "Set-Cookie", fmt::format("{}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0", kCookie));
  return reply;
}

void Access::AddRoutes(const std::function<void(http::Route)>& mount) {
  mount({.path = "/login",
         .handler =
             [](const http::Request& request) {
               return http::TextReply(
                   200, LoginPage(SafeAddress(request.Query("next").value_or("/")), ""),
                   "text/html; charset=utf-8");
             },
         .is_open = true});
  mount({.method = "POST",
         .path = "/login",
         .handler = [this](const http::Request& request) { return LogInByForm(request); },
         .is_open = true});
  mount({.method = "POST",
         .path = "/api/v1/login",
         .handler = [this](const http::Request& request) { return LogInByJson(request); },
         .summary = "Begins a visit: a cookie for 12 hours.",
         .body_schema = R"({"type":"object","required":["user","password"],"properties":)"
                        R"({"user":{"type":"string"},"password":{"type":"string"}}})",
         .is_open = true});
  mount({.method = "POST",
         .path = "/api/v1/logout",
         .handler = [this](const http::Request& request) { return LogOut(request); },
         .summary = "Ends the visit of the cookie."});
  mount({.path = "/api/v1/me",
         .handler =
             [](const http::Request& request) {
               return http::JsonReply(fmt::format(R"({{"user":{},"role":"{}"}})",
                                                  http::JsonText(request.user), request.role));
             },
         .summary = "Who asks, and in which role."});
}

}  // namespace cadenza::serve
