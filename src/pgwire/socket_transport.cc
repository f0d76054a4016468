#include "pgwire/socket_transport.h"

#include <sys/socket.h>

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

namespace cadenza::pgwire {
namespace {

namespace asio = boost::asio;

/// A client that does not take its rows.
constexpr std::chrono::seconds kWriteMax{60};
constexpr std::chrono::seconds kHandshakeMax{10};

}  // namespace

SocketTransport::SocketTransport(asio::ip::tcp::socket::native_handle_type socket,
                                 asio::ip::tcp protocol, asio::ssl::context* tls,
                                 std::string certificate_hash)
    : socket_(loop_, protocol, socket), tls_(tls), certificate_hash_(std::move(certificate_hash)) {}

Transport::Got SocketTransport::Wait(std::chrono::steady_clock::time_point until, const bool* done,
                                     const boost::system::error_code* error) {
  loop_.restart();
  loop_.run_until(until);
  if (!*done) {
    boost::system::error_code ignored;
    socket_.cancel(ignored);
    loop_.restart();
    loop_.run();
    return Got::kTimeout;
  }
  return *error ? Got::kEnd : Got::kBytes;
}

Transport::Got SocketTransport::Read(char* into, size_t size,
                                     std::chrono::steady_clock::time_point until) {
  bool done = false;
  boost::system::error_code error;
  const auto handler = [&](const boost::system::error_code& result, size_t) {
    error = result;
    done = true;
  };
  if (stream_)
    asio::async_read(*stream_, asio::buffer(into, size), handler);
  else
    asio::async_read(socket_, asio::buffer(into, size), handler);
  return Wait(until, &done, &error);
}

bool SocketTransport::Write(std::string_view bytes) {
  bool done = false;
  boost::system::error_code error;
  const auto handler = [&](const boost::system::error_code& result, size_t) {
    error = result;
    done = true;
  };
  if (stream_)
    asio::async_write(*stream_, asio::buffer(bytes.data(), bytes.size()), handler);
  else
    asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()), handler);
  return Wait(std::chrono::steady_clock::now() + kWriteMax, &done, &error) == Got::kBytes;
}

bool SocketTransport::StartTls() {
  auto stream = std::make_unique<asio::ssl::stream<asio::ip::tcp::socket&>>(socket_, *tls_);
  bool done = false;
  boost::system::error_code error;
  stream->async_handshake(asio::ssl::stream_base::server,
                          [&](const boost::system::error_code& result) {
                            error = result;
                            done = true;
                          });
  if (Wait(std::chrono::steady_clock::now() + kHandshakeMax, &done, &error) != Got::kBytes)
    return false;
  stream_ = std::move(stream);
  return true;
}

void SocketTransport::Shutdown() { ::shutdown(socket_.native_handle(), SHUT_RDWR); }

}  // namespace cadenza::pgwire
