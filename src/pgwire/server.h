#pragma once

#include <memory>
#include <string>

#include "pgwire/host.h"

namespace cadenza::pgwire {

struct ServerOptions {
  std::string address = "127.0.0.1";
  int port = 0;                  ///< 0: any that is free
  std::string certificate, key;  ///< files in PEM; empty: no TLS
  HostOptions host;
};

/// Speaks PostgreSQL's protocol on a port until it is dropped; a thread for each session.
class Server {
 public:
  /// kIo when the address cannot be had, kInput when certificate and key cannot be used.
  static Result<std::unique_ptr<Server>> Start(ServerOptions options);
  /// Ends all sessions.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const;

 private:
  struct Listening;
  Server() = default;
  std::unique_ptr<Listening> listening_;
};

}  // namespace cadenza::pgwire
