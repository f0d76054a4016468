#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/router.h"
#include "lake/lake.h"

namespace cadenza::share {

struct SharingOptions {
  std::string lake;
  std::shared_ptr<s3::Client> s3 = {};
  /// As clients reach it, without /delta-sharing; empty: as the request names the host.
  std::string public_address = {};
  std::string share = "lake";      ///< the name of the one share
  int64_t address_ms = 3'600'000;  ///< how long the address of a file holds
  /// Whether a table names listeners, whom only some recipients may see.
  std::function<bool(const lake::Model&)> names_listeners;
};

/// Delta Sharing over the tables of a lake: the routes below /delta-sharing. The versions are those
/// that finished runs left.
class Sharing {
 public:
  static Result<std::unique_ptr<Sharing>> Open(SharingOptions options);
  ~Sharing();
  Sharing(const Sharing&) = delete;
  Sharing& operator=(const Sharing&) = delete;

  /// They stay valid as long as this lives.
  void AddRoutes(http::Router* router);

 private:
  struct State;
  explicit Sharing(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cadenza::share
