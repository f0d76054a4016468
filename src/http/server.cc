#include "http/server.h"

#include <charconv>
#include <chrono>
#include <thread>

#include "http/event_loop.h"
#include "http/server_certificate.h"

namespace cadenza::http {
namespace {

using asio::ip::tcp;

Status Bind(const ServerOptions& options, EventLoop* loop) {
  boost::system::error_code error;
  tcp::resolver resolver(loop->io);
  const auto found =
      resolver.resolve(options.host, std::to_string(options.port), tcp::resolver::passive, error);
  if (!error && found.empty()) error = asio::error::host_not_found;
  if (!error) {
    const tcp::endpoint endpoint = found.begin()->endpoint();
    loop->acceptor.open(endpoint.protocol(), error);
    if (!error) loop->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) loop->acceptor.bind(endpoint, error);
    if (!error) loop->acceptor.listen(asio::socket_base::max_listen_connections, error);
  }
  if (!error) return {};
  return MakeError(ErrorKind::kIo, "cannot listen on {}:{} ({})", options.host, options.port,
                   error.message());
}

}  // namespace

struct Server::Running {
  explicit Running(ServerOptions options) : loop(std::move(options)) {}
  EventLoop loop;
  std::thread thread;
};

Status ParseListen(const std::string& text, ServerOptions* options) {
  const size_t colon = text.rfind(':');
  int port = -1;
  if (colon != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, port);
    if (error != std::errc() || rest != end) port = -1;
  }
  std::string host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const bool is_bare_v6 = !bracketed && host.find(':') != std::string::npos;
  if (port < 0 || port > 65535 || is_bare_v6) {
    return MakeError(ErrorKind::kUsage, "not an address such as 127.0.0.1:9464 or [::1]:0: {}",
                     text);
  }
  if (!host.empty()) options->host = host;
  options->port = port;
  return {};
}

bool IsLoopback(const std::string& host) {
  if (host == "localhost") return true;
  boost::system::error_code error;
  const asio::ip::address address = asio::ip::make_address(host, error);
  return !error && address.is_loopback();
}

Result<std::unique_ptr<Server>> Server::Start(ServerOptions options) {
  std::unique_ptr<Server> made(new Server);
  made->host_ = options.host;
  made->is_encrypted_ = !options.certificate.empty();
  made->running_ = std::make_unique<Running>(std::move(options));
  EventLoop& loop = made->running_->loop;
  if (made->is_encrypted_) {
    CADENZA_TRY(
        UseCertificate(loop.options.certificate, loop.options.key, loop.tls.native_handle()));
  }
  CADENZA_TRY(Bind(loop.options, &loop));
  made->port_ = loop.acceptor.local_endpoint().port();
  asio::co_spawn(loop.io, Accept(&loop), asio::detached);
  made->running_->thread = std::thread([&loop] { loop.io.run(); });
  return made;
}

Server::~Server() { Stop(0); }

void Server::Stop(int grace_seconds) {
  if (!running_ || !running_->thread.joinable()) return;
  EventLoop& loop = running_->loop;
  asio::post(loop.io, [&loop] {
    loop.is_stopping = true;
    loop.acceptor.close();
    for (OpenConnection* connection : loop.connections) {
      if (connection->is_idle) connection->close();
    }
  });
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(grace_seconds);
  while (loop.open > 0 && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  loop.io.stop();
  running_->thread.join();
  for (asio::thread_pool* workers : {&loop.workers, &loop.long_workers}) {
    workers->stop();
    workers->join();
  }
}

ServerCounts Server::counts() const {
  const EventLoop& loop = running_->loop;
  return {loop.open, loop.refused, loop.requests, loop.failed};
}

std::string Server::url() const {
  const bool is_v6 = host_.find(':') != std::string::npos;
  return fmt::format("http{}://{}{}{}:{}", is_encrypted_ ? "s" : "", is_v6 ? "[" : "", host_,
                     is_v6 ? "]" : "", port_);
}

}  // namespace cadenza::http
