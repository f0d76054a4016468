#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"

namespace cadenza::http {

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;  ///< 0: any that is free
  /// The body of /metrics. Called on the server's threads.
  std::function<std::string()> metrics = {};
  /// /healthz: an empty text is 200 ok, any other 503 and the text. Called on the server's threads.
  std::function<std::string()> health = {};
};

/// "127.0.0.1:9464", ":9464", "[::1]:0" -> host and port; kUsage for anything else.
Status ParseListen(const std::string& text, ServerOptions* options);

/// Answers GET /metrics and GET /healthz on threads of its own until it is dropped.
class Server {
 public:
  /// kIo when the address cannot be had.
  static Result<std::unique_ptr<Server>> Start(ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const { return port_; }
  /// http://127.0.0.1:9464
  std::string url() const;

 private:
  struct Listening;
  Server() = default;

  std::unique_ptr<Listening> listening_;
  std::string host_;
  int port_ = 0;
};

}  // namespace cadenza::http
