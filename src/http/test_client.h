#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>

namespace cadenza::http {

/// A client that sends what it is told, byte for byte, for tests.
class TestClient {
 public:
  explicit TestClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~TestClient() { ::close(socket_); }
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  bool connected() const { return connected_; }
  void Send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }
  /// Reads until the text has come; everything until the end when it does not.
  std::string ReadUntil(std::string_view text) {
    while (text.empty() || received_.find(text) == std::string::npos) {
      char piece[4096];
      const ssize_t size = ::recv(socket_, piece, sizeof piece, 0);
      if (size <= 0) break;
      received_.append(piece, static_cast<size_t>(size));
    }
    return std::move(received_);
  }
  std::string ReadAll() { return ReadUntil(""); }

 private:
  int socket_;
  bool connected_ = false;
  std::string received_;
};

/// The whole answer to one request, headers and all.
inline std::string Exchange(int port, std::string_view request) {
  TestClient client(port);
  client.Send(request);
  return client.ReadAll();
}

inline std::string Get(int port, const std::string& target) {
  return Exchange(port,
                  "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
}

/// 0: there was none.
inline int StatusOf(std::string_view answer) {
  return answer.starts_with("HTTP/1.") ? std::stoi(std::string(answer.substr(9, 3))) : 0;
}

}  // namespace cadenza::http
