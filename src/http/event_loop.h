#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "http/asio.h"
#include "http/server.h"

namespace cadenza::http {

/// A connection as the loop sees it, on the loop's thread.
struct OpenConnection {
  bool is_idle = true;          ///< between two requests
  std::function<void()> close;  ///< cuts it
};

/// What the connections of a server share. All but the counts belongs to the loop's thread.
struct EventLoop {
  explicit EventLoop(ServerOptions given)
      : options(std::move(given)),
        workers(static_cast<size_t>(options.workers)),
        long_workers(static_cast<size_t>(options.long_workers)) {}

  ServerOptions options;
  // Before what holds the connections, which leave them as they end.
  std::list<OpenConnection*> connections;
  bool is_stopping = false;
  std::atomic<int64_t> open{0}, refused{0}, requests{0}, failed{0};
  /// Requests that wait for a worker.
  std::atomic<int64_t>& Waiting(bool is_long) { return is_long ? long_waiting : waiting; }
  std::atomic<int64_t> waiting{0}, long_waiting{0};
  asio::ssl::context tls{asio::ssl::context::tls_server};
  asio::io_context io{1};
  asio::ip::tcp::acceptor acceptor{io};
  asio::thread_pool workers, long_workers;  ///< last: their threads end before what they use
};

/// Takes connections until the acceptor is closed.
asio::awaitable<void> Accept(EventLoop* loop);

/// Answers the requests of one connection, until one of the sides ends it.
asio::awaitable<void> ServePlain(EventLoop* loop, asio::ip::tcp::socket socket, std::string peer);
asio::awaitable<void> ServeEncrypted(EventLoop* loop, asio::ip::tcp::socket socket,
                                     std::string peer);

}  // namespace cadenza::http
