#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/metrics.h"
#include "http/server.h"
#include "stream/stream_job.h"

namespace cadenza::cli {

/// What a running stream tells Prometheus, at /metrics, and whether it lives, at /healthz.
class StreamMetrics {
 public:
  /// Nothing is served at an empty address.
  Status Serve(const std::string& address);
  void Update(const stream::StreamHealth& health);

 private:
  /// Empty: well; else since when nothing succeeded.
  std::string Ailment() const;

  http::Metrics metrics_;
  std::atomic<int64_t> last_success_ms_{0};
  std::unique_ptr<http::Server> server_;  ///< last, so that it stops first
};

}  // namespace cadenza::cli
