#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "engine/duckdb/connection.h"
#include "storage/s3/client.h"

namespace cadenza::engine {

/// Lets the engine read s3:// paths itself: its httpfs extension, and a secret with the client's
/// credentials, made anew when these change. Nothing is loaded before the first Ensure().
class S3Reach {
 public:
  /// files_are_fixed: what a file was when it was opened first, it stays.
  S3Reach(Connection* connection, std::shared_ptr<s3::Client> client, bool files_are_fixed)
      : connection_(connection), client_(std::move(client)), files_are_fixed_(files_are_fixed) {}

  Status Ensure();
  const std::shared_ptr<s3::Client>& client() const { return client_; }

 private:
  Status LoadHttp();
  Status MakeSecret(const s3::Access& access);

  Connection* connection_;
  std::shared_ptr<s3::Client> client_;
  bool files_are_fixed_;
  bool loaded_ = false;
  std::string secret_of_;  ///< the access that the secret was made of
};

}  // namespace cadenza::engine
