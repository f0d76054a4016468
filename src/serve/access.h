#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"
#include "http/router.h"
#include "serve/users.h"

namespace cadenza::serve {

/// Below it Delta Sharing answers; a token that is confined to tables asks nothing else.
inline constexpr const char* kSharePath = "/delta-sharing";

struct AccessOptions {
  std::string users_file;                ///< empty: nobody logs in, and this machine alone may ask
  std::string lake;                      ///< in which the file must not lie
  bool only_this_machine = true;         ///< requests must name it as their Host
  bool is_encrypted = false;             ///< browsers send the cookie over TLS alone
  bool behind_proxy = false;             ///< the client's address is told by a header
  std::function<int64_t()> now_ms = {};  ///< for tests; default: the wall clock
};

/// Whom a request comes from, and whether that is enough: cookies of people who logged in, tokens
/// of programs. Wrong passwords cost time, by user and by address. Thread-safe.
class Access {
 public:
  /// The errors of Users::Load.
  static Result<std::unique_ptr<Access>> Open(AccessOptions options);

  /// A router's gate: sets user and role, or answers 401, 403, 421.
  std::optional<http::Reply> Check(http::Request* request, const http::Route* route);

  /// /login for people, /api/v1/login and /api/v1/logout for pages, /api/v1/me.
  void AddRoutes(const std::function<void(http::Route)>& mount);

  /// By name and password, for other protocols too. Nothing when they are wrong; kConflict with the
  /// seconds to wait after too many that were.
  Result<std::optional<Role>> LogIn(const std::string& user, const std::string& password,
                                    const std::string& peer);
  /// The file as it is now; nullptr where nobody logs in.
  std::shared_ptr<const Users> users();
  bool is_behind_proxy() const { return options_.behind_proxy; }

 private:
  /// A file's time of change (seconds, nanoseconds), inode and size.
  using FileMark = std::array<int64_t, 4>;
  struct Visit {
    std::string user;
    Role role = Role::kViewer;
    int64_t ends_ms = 0;
  };
  struct Failures {
    int count = 0;
    int64_t closed_until_ms = 0;
  };
  explicit Access(AccessOptions options) : options_(std::move(options)) {}
  int64_t Now() const;
  std::string PeerOf(const http::Request& request) const;
  bool IsOwnOrigin(const http::Request& request) const;
  std::optional<http::Reply> Identify(http::Request* request, bool* by_cookie);
  int64_t SecondsClosed(const std::string& key);
  void NoteFailure(const std::string& key);
  Result<std::string> BeginVisit(const std::string& user, Role role);
  http::Reply LogInWith(const http::Request& request, const std::string& user,
                        const std::string& password, const std::string& next);
  http::Reply LogInByForm(const http::Request& request);
  http::Reply LogInByJson(const http::Request& request);
  http::Reply LogOut(const http::Request& request);

  AccessOptions options_;
  std::mutex mutex_;
  std::shared_ptr<const Users> users_;
  int64_t looked_ms_ = 0;
  FileMark read_mark_{};                      ///< of the users file that was read last
  std::map<std::string, Visit> visits_;       ///< by the hash of the cookie
  std::map<std::string, Failures> failures_;  ///< by "user …" and "peer …"
};

}  // namespace cadenza::serve
