#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "pgwire/catalogue.h"
#include "query/database.h"

namespace cadenza::pgwire {

/// Who may come in, and what he may read then.
struct WireUser {
  std::string
      verifier;  ///< SCRAM-SHA-256$4096:salt$StoredKey:ServerKey; empty: no password is asked
  std::string role;
};

struct HostOptions {
  std::string lake;               ///< folder or s3://…
  std::string database = "lake";  ///< as clients call it
  engine::DuckDbOptions engine = {};
  /// The user of a name; empty: everybody may come in.
  std::function<std::optional<WireUser>(const std::string&)> find_user = {};
  /// What a role may read; empty: everything.
  std::function<bool(const std::string& role, const lake::Model&)> may_read = {};
  int64_t rows_max = 0;   ///< of a result; 0: no limit
  int64_t bytes_max = 0;  ///< likewise
  int sessions_max = 100;
  std::chrono::seconds startup_max{10};
  std::chrono::seconds idle_max{8 * 3600};
  std::chrono::seconds idle_in_transaction_max{300};
  std::chrono::milliseconds look_interval{1000};  ///< how often a new run is looked for
};

/// What the sessions of a server share: the database, the catalogues of its roles, and the keys by
/// which a statement can be cancelled. Thread-safe.
class Host {
 public:
  static Result<std::unique_ptr<Host>> Open(HostOptions options);

  const HostOptions& options() const { return options_; }
  /// A connection with PostgreSQL's meaning of division and order.
  Result<std::unique_ptr<engine::Engine>> Connect();
  /// The newest finished run, as the role sees it.
  Result<std::shared_ptr<const Catalogue>> Current(const std::string& role);

  struct Key {
    int32_t process = 0;
    int32_t secret = 0;
  };
  Key Register(std::function<void()> cancel);
  void Unregister(int32_t process);
  /// Silent about a wrong key.
  void Cancel(Key key);

  /// False: there are as many sessions as may be.
  bool Enter() { return ++sessions_ <= options_.sessions_max; }
  void Leave() { --sessions_; }

 private:
  explicit Host(HostOptions options) : options_(std::move(options)) {}
  Status LookForRun();

  struct Registered {
    int32_t secret;
    std::function<void()> cancel;
  };

  HostOptions options_;
  std::unique_ptr<query::Database> database_;
  std::atomic<int> sessions_{0};
  std::mutex runs_;
  std::shared_ptr<query::LakeState> state_;
  std::map<std::string, std::shared_ptr<const Catalogue>> catalogues_;  ///< by role, of state_
  std::chrono::steady_clock::time_point looked_{};
  std::mutex keys_;
  std::map<int32_t, Registered> registered_;
  int32_t next_process_ = 1;
};

}  // namespace cadenza::pgwire
