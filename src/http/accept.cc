#include <chrono>

#include "http/event_loop.h"

namespace cadenza::http {
namespace {

using asio::ip::tcp;

/// One connection too many: told so, where no handshake stands before it, and closed.
void Refuse(EventLoop* loop, tcp::socket* socket) {
  loop->refused.fetch_add(1);
  boost::system::error_code ignored;
  if (loop->options.certificate.empty()) {
    static constexpr std::string_view kBusy =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n"
        "Content-Type: application/json\r\nContent-Length: 83\r\n\r\n"
        R"({"error":{"code":"busy","message":"too many connections are open","position":null}})";
    socket->non_blocking(true, ignored);
    socket->write_some(asio::buffer(kBusy), ignored);
  }
  socket->shutdown(tcp::socket::shutdown_both, ignored);
  socket->close(ignored);
}

}  // namespace

asio::awaitable<void> Accept(EventLoop* loop) {
  const bool is_encrypted = !loop->options.certificate.empty();
  while (loop->acceptor.is_open()) {
    boost::system::error_code error;
    tcp::socket socket =
        co_await loop->acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (error) {
      // No file descriptors are left: those who wait in the socket's queue get in as others leave.
      asio::steady_timer pause(loop->io, std::chrono::milliseconds(50));
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    const tcp::endpoint peer = socket.remote_endpoint(error);
    if (error) continue;
    if (loop->open >= loop->options.limits.connections) {
      Refuse(loop, &socket);
      continue;
    }
    socket.set_option(tcp::no_delay(true), error);
    const std::string address = peer.address().to_string();
    asio::co_spawn(loop->io,
                   is_encrypted ? ServeEncrypted(loop, std::move(socket), address)
                                : ServePlain(loop, std::move(socket), address),
                   asio::detached);
  }
}

}  // namespace cadenza::http
