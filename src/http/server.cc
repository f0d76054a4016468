#include "http/server.h"

#include <httplib.h>

#include <charconv>
#include <chrono>
#include <thread>

namespace cadenza::http {
namespace {

constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";
constexpr int kThreads = 2;
constexpr int kMostSeconds = 5;
constexpr size_t kMostBytes = 4096;  // of a request, which has no body

void Route(const ServerOptions& options, httplib::Server* server) {
  server->Get("/metrics", [metrics = options.metrics](const auto&, httplib::Response& response) {
    response.set_content(metrics ? metrics() : "", kMetricsType);
  });
  server->Get("/healthz", [health = options.health](const auto&, httplib::Response& response) {
    const std::string trouble = health ? health() : "";
    response.status = trouble.empty() ? 200 : 503;
    response.set_content(trouble.empty() ? "ok\n" : trouble + "\n", "text/plain; charset=utf-8");
  });
}

}  // namespace

struct Server::Listening {
  httplib::Server server;
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

Result<std::unique_ptr<Server>> Server::Start(ServerOptions options) {
  std::unique_ptr<Server> made(new Server);
  made->listening_ = std::make_unique<Listening>();
  httplib::Server& server = made->listening_->server;
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_read_timeout(kMostSeconds);
  server.set_write_timeout(kMostSeconds);
  server.set_payload_max_length(kMostBytes);
  // The library would let several processes share the port and each get a part of the requests.
  server.set_socket_options([](socket_t socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  Route(options, &server);
  made->host_ = options.host;
  made->port_ = options.port;
  if (options.port == 0) {
    made->port_ = server.bind_to_any_port(options.host);
  } else if (!server.bind_to_port(options.host, options.port)) {
    made->port_ = -1;
  }
  if (made->port_ < 0) {
    return MakeError(ErrorKind::kIo, "cannot listen on {}:{}", options.host, options.port);
  }
  made->listening_->thread = std::thread([&server] { server.listen_after_bind(); });
  // Until then it could not be stopped; whoever connects waits in the queue of the socket.
  while (!server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return made;
}

Server::~Server() {
  if (!listening_ || !listening_->thread.joinable()) return;
  listening_->server.stop();
  listening_->thread.join();
}

std::string Server::url() const {
  const bool is_v6 = host_.find(':') != std::string::npos;
  return fmt::format("http://{}{}{}:{}", is_v6 ? "[" : "", host_, is_v6 ? "]" : "", port_);
}

}  // namespace cadenza::http
