#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/router.h"

namespace cadenza::http {

/// What a server takes of its clients; what is more is refused.
struct ServerLimits {
  int connections = 1000;  ///< at once; beyond: 503 and closed
  uint32_t header_bytes = 16 << 10;
  uint64_t body_bytes = 1 << 20;
  int request_seconds = 10;    ///< for a request to arrive whole, or a piece of an answer to leave
  int idle_seconds = 60;       ///< between two requests of a connection
  int heartbeat_seconds = 15;  ///< between two signs of life of an event stream
  int waiting = 1000;          ///< requests that wait for a worker; beyond: 503
  int long_waiting = 256;      ///< likewise, of routes that take long
};

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;                  ///< 0: any that is free
  std::string certificate = {};  ///< a PEM file with the chain; empty: no TLS
  std::string key = {};
  int workers = 2;       ///< threads that answer
  int long_workers = 1;  ///< likewise, for routes that take long
  ServerLimits limits = {};
  Router router = {};
};

/// "127.0.0.1:9464", ":9464", "[::1]:0" -> host and port; kUsage for anything else.
Status ParseListen(const std::string& text, ServerOptions* options);
/// True for localhost and the addresses of this machine that no other reaches.
bool IsLoopback(const std::string& host);

/// What a server counts of its work.
struct ServerCounts {
  int64_t connections = 0;  ///< now
  int64_t refused = 0;      ///< connections, since the start
  int64_t requests = 0;     ///< answered
  int64_t failed = 0;       ///< of these with a status of 500 or more
};

/// An HTTP/1.1 server: one thread reads and writes all connections, workers answer. Runs until it
/// is dropped or stopped.
class Server {
 public:
  /// kIo when the address cannot be had, kInput for a certificate or key that cannot be used.
  static Result<std::unique_ptr<Server>> Start(ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const { return port_; }
  /// http://127.0.0.1:9464
  std::string url() const;
  ServerCounts counts() const;

  /// Takes no new connection or request, lets those that run finish for so long, then cuts them.
  void Stop(int grace_seconds);

 private:
  struct Running;
  Server() = default;

  std::unique_ptr<Running> running_;
  std::string host_;
  bool is_encrypted_ = false;
  int port_ = 0;
};

}  // namespace cadenza::http
