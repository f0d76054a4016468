#pragma once

#include <chrono>
#include <string_view>

#include "pgwire/sql_error.h"

namespace cadenza::pgwire {

/// The bytes between a session and its client: a socket, or a text in memory for tests.
class Transport {
 public:
  enum class Got { kBytes, kEnd, kTimeout };

  virtual ~Transport() = default;
  /// Exactly so many bytes, or none.
  virtual Got Read(char* into, size_t size, std::chrono::steady_clock::time_point until) = 0;
  /// False: the client is gone.
  virtual bool Write(std::string_view bytes) = 0;
  /// False: there is no TLS here.
  virtual bool StartTls() { return false; }
  virtual bool has_tls() const { return false; }
  virtual bool can_start_tls() const { return false; }
  /// tls-server-end-point: the hash of the server's certificate.
  virtual std::string ChannelBinding() const { return ""; }
};

}  // namespace cadenza::pgwire
