#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <memory>
#include <string>
#include <utility>

#include "pgwire/transport.h"

namespace cadenza::pgwire {

/// A socket of a client with an event loop of its own, so that each wait has an end. One thread;
/// Shutdown() from any.
class SocketTransport : public Transport {
 public:
  /// `tls` may be nullptr.
  SocketTransport(boost::asio::ip::tcp::socket::native_handle_type socket,
                  boost::asio::ip::tcp protocol, boost::asio::ssl::context* tls,
                  std::string certificate_hash);

  Got Read(char* into, size_t size, std::chrono::steady_clock::time_point until) override;
  bool Write(std::string_view bytes) override;
  bool StartTls() override;
  bool has_tls() const override { return stream_ != nullptr; }
  bool can_start_tls() const override { return tls_ != nullptr; }
  std::string ChannelBinding() const override { return certificate_hash_; }

  /// Reads and writes end at once.
  void Shutdown();

 private:
  /// Waits for what was begun; kTimeout ends the socket.
  Got Wait(std::chrono::steady_clock::time_point until, const bool* done,
           const boost::system::error_code* error);

  boost::asio::io_context loop_{1};
  boost::asio::ip::tcp::socket socket_;
  boost::asio::ssl::context* tls_;
  std::string certificate_hash_;
  std::unique_ptr<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> stream_;
};

}  // namespace cadenza::pgwire
