#include "pgwire/server.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <list>
#include <mutex>
#include <thread>

#include "pgwire/session.h"
#include "pgwire/socket_transport.h"

namespace cadenza::pgwire {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// tls-server-end-point (RFC 5929): the certificate's hash by its signature's hash, or by SHA-256
/// where that one is weaker.
std::string HashOf(X509* certificate) {
  int digest = NID_undef;
  OBJ_find_sigid_algs(X509_get_signature_nid(certificate), &digest, nullptr);
  const EVP_MD* kind = digest == NID_undef || digest == NID_md5 || digest == NID_sha1
                           ? EVP_sha256()
                           : EVP_get_digestbynid(digest);
  if (!kind) kind = EVP_sha256();
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  if (X509_digest(certificate, kind, hash, &length) != 1) return "";
  return {reinterpret_cast<const char*>(hash), length};
}

Result<std::unique_ptr<asio::ssl::context>> LoadTls(const ServerOptions& options,
                                                    std::string* hash) {
  if (options.certificate.empty()) return std::unique_ptr<asio::ssl::context>();
  auto tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(tls->native_handle(), TLS1_2_VERSION);
  boost::system::error_code error;
  tls->use_certificate_chain_file(options.certificate, error);
  if (error)
    return MakeError(ErrorKind::kInput, "cannot use the certificate ({}): {}", error.message(),
                     options.certificate);
  tls->use_private_key_file(options.key, asio::ssl::context::pem, error);
  if (error)
    return MakeError(ErrorKind::kInput, "cannot use the key ({}): {}", error.message(),
                     options.key);
  *hash = HashOf(SSL_CTX_get0_certificate(tls->native_handle()));
  return tls;
}

}  // namespace

struct Server::Listening {
  /// A session with its thread.
  struct Client {
    std::unique_ptr<SocketTransport> transport;
    std::unique_ptr<Session> session;
    std::thread thread;
    bool is_over = false;
  };

  asio::io_context loop{1};
  tcp::acceptor acceptor{loop};
  std::unique_ptr<asio::ssl::context> tls;
  std::string certificate_hash;
  std::unique_ptr<Host> host;
  std::thread thread;
  std::mutex mutex;
  std::list<Client> clients;
  bool is_closing = false;

  void Accept();
  void Serve(tcp::socket socket);
  void RemoveEnded();
};

/// Threads that are over are joined when the next client comes.
void Server::Listening::RemoveEnded() {
  std::list<Client> ended;
  {
    const std::scoped_lock lock(mutex);
    for (auto client = clients.begin(); client != clients.end();) {
      const auto next = std::next(client);
      if (client->is_over) ended.splice(ended.end(), clients, client);
      client = next;
    }
  }
  for (Client& client : ended) client.thread.join();
}

void Server::Listening::Serve(tcp::socket socket) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  const tcp protocol = socket.local_endpoint(ignored).protocol();
  const auto handle = socket.release(ignored);
  if (ignored) return;
  const std::scoped_lock lock(mutex);
  Client& client = clients.emplace_back();
  client.transport =
      std::make_unique<SocketTransport>(handle, protocol, tls.get(), certificate_hash);
  client.session = std::make_unique<Session>(host.get(), client.transport.get());
  client.thread = std::thread([this, &client] {
    client.session->Run();
    client.session.reset();
    client.transport->Shutdown();
    const std::scoped_lock over(mutex);
    client.transport.reset();
    client.is_over = true;
  });
}

void Server::Listening::Accept() {
  acceptor.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    RemoveEnded();
    if (!error) Serve(std::move(socket));
    Accept();
  });
}

Result<std::unique_ptr<Server>> Server::Start(ServerOptions options) {
  std::unique_ptr<Server> server(new Server);
  server->listening_ = std::make_unique<Listening>();
  Listening& listening = *server->listening_;
  CADENZA_ASSIGN(listening.tls, LoadTls(options, &listening.certificate_hash));
  boost::system::error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  const tcp::endpoint endpoint(address, static_cast<uint16_t>(options.port));
  if (!error) listening.acceptor.open(endpoint.protocol(), error);
  if (!error) listening.acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) listening.acceptor.bind(endpoint, error);
  if (error)
    return MakeError(ErrorKind::kIo, "cannot listen on {}:{}: {}", options.address, options.port,
                     error.message());
  CADENZA_ASSIGN(listening.host, Host::Open(std::move(options.host)));
  listening.acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error)
    return MakeError(ErrorKind::kIo, "cannot listen on {}:{}: {}", options.address, options.port,
                     error.message());
  listening.Accept();
  listening.thread = std::thread([&listening] { listening.loop.run(); });
  return server;
}

int Server::port() const {
  boost::system::error_code ignored;
  return listening_->acceptor.local_endpoint(ignored).port();
}

Server::~Server() {
  if (!listening_ || !listening_->thread.joinable()) return;
  asio::post(listening_->loop, [this] {
    boost::system::error_code ignored;
    listening_->acceptor.close(ignored);
  });
  listening_->thread.join();
  {
    const std::scoped_lock lock(listening_->mutex);
    for (auto& client : listening_->clients) {
      if (client.is_over) continue;
      if (client.session) client.session->Cancel();
      if (client.transport) client.transport->Shutdown();
    }
  }
  for (auto& client : listening_->clients) client.thread.join();
}

}  // namespace cadenza::pgwire
