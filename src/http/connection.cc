#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>

#include "http/event_loop.h"
#include "http/wire_message.h"

namespace cadenza::http {
namespace {

using Seconds = std::chrono::seconds;
using asio::use_awaitable;
using Parser = wire::request_parser<wire::string_body>;

/// Runs on a worker and comes back to the loop with what it gave.
template <class T>
asio::awaitable<T> OnWorkers(EventLoop* loop, bool is_long, std::function<T()> work) {
  auto initiate = [loop, is_long, work = std::move(work)](auto handler) mutable {
    auto done = std::make_shared<decltype(handler)>(std::move(handler));
    std::atomic<int64_t>* waiting = &loop->Waiting(is_long);
    waiting->fetch_add(1);
    asio::post(is_long ? loop->long_workers : loop->workers,
               [loop, done, waiting, work = std::move(work)] {
                 waiting->fetch_sub(1);
                 auto result = std::make_shared<T>(work());
                 asio::post(loop->io, [done, result] { (*done)(std::move(*result)); });
               });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(T)>(
      std::move(initiate), use_awaitable);
}

/// A subscription for as long as it is needed.
class Listening {
 public:
  Listening(std::shared_ptr<EventFeed> feed, std::function<void()> wake)
      : feed_(std::move(feed)), subscription_(feed_->Subscribe(std::move(wake))) {}
  ~Listening() { feed_->Unsubscribe(subscription_); }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

 private:
  std::shared_ptr<EventFeed> feed_;
  int64_t subscription_;
};

/// Sees that a client has left, while nothing is read from it.
class Departure {
 public:
  /// `told` is called once, on the loop. Of an encrypted stream a client that listens sends nothing
  /// but its goodbye.
  Departure(asio::ip::tcp::socket* socket, bool is_encrypted, std::function<void()> told)
      : watched_(std::make_shared<Watched>(Watched{socket})) {
    socket->async_wait(asio::ip::tcp::socket::wait_read, [watched = watched_, is_encrypted,
                                                          told = std::move(told)](
                                                             const beast::error_code& error) {
      if (error || !watched->socket) return;
      char byte = 0;
      const auto size = ::recv(watched->socket->native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
      const bool has_failed = size < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
      if (size != 0 && !has_failed && !(size > 0 && is_encrypted)) return;
      watched->has_left = true;
      told();
    });
  }
  ~Departure() { watched_->socket = nullptr; }
  Departure(const Departure&) = delete;
  Departure& operator=(const Departure&) = delete;

  bool has_left() const { return watched_->has_left; }

 private:
  struct Watched {
    asio::ip::tcp::socket* socket;  ///< nullptr once nobody asks
    bool has_left = false;
  };
  std::shared_ptr<Watched> watched_;
};

template <class Stream>
class Connection {
 public:
  Connection(EventLoop* loop, Stream stream, std::string peer)
      : loop_(loop), stream_(std::move(stream)), peer_(std::move(peer)) {
    entry_.close = [this] { beast::get_lowest_layer(stream_).close(); };
    place_ = loop_->connections.insert(loop_->connections.end(), &entry_);
  }
  ~Connection() { loop_->connections.erase(place_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Stream& stream() { return stream_; }

  asio::awaitable<void> Converse() {
    while (!loop_->is_stopping) {
      if (!co_await AwaitRequest()) co_return;
      entry_.is_idle = false;
      Parser parser;
      parser.header_limit(loop_->options.limits.header_bytes);
      parser.body_limit(loop_->options.limits.body_bytes);
      beast::error_code error;
      co_await ReadInto(&parser, &error);
      if (error) {
        if (IsHttpError(error)) co_await WriteLast(RefusalOf(error));
        co_return;
      }
      if (!co_await Answer(parser.release())) co_return;
      entry_.is_idle = true;
    }
  }

 private:
  static constexpr bool kIsEncrypted = !std::is_same_v<Stream, beast::tcp_stream>;

  void Allow(int seconds) { beast::get_lowest_layer(stream_).expires_after(Seconds(seconds)); }

  /// Its first bytes; a connection may be silent for a while before them.
  asio::awaitable<bool> AwaitRequest() {
    if (buffer_.size() > 0) co_return true;
    Allow(loop_->options.limits.idle_seconds);
    beast::error_code error;
    const size_t bytes = co_await stream_.async_read_some(
        buffer_.prepare(4096), asio::redirect_error(use_awaitable, error));
    buffer_.commit(bytes);
    co_return !error;
  }

  asio::awaitable<void> ReadInto(Parser* parser, beast::error_code* error) {
    Allow(loop_->options.limits.request_seconds);
    co_await wire::async_read_header(stream_, buffer_, *parser,
                                     asio::redirect_error(use_awaitable, *error));
    if (*error) co_return;
    if (beast::iequals(parser->get()[wire::field::expect], "100-continue")) {
      static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
      co_await asio::async_write(stream_, asio::buffer(kGoOn),
                                 asio::redirect_error(use_awaitable, *error));
      if (*error) co_return;
    }
    co_await wire::async_read(stream_, buffer_, *parser,
                              asio::redirect_error(use_awaitable, *error));
  }

  /// False: the connection is at its end.
  asio::awaitable<bool> Answer(Message message) {
    keep_alive_ = message.keep_alive() && !loop_->is_stopping;
    version_ = message.version();
    without_body_ = message.method() == wire::verb::head;
    Reply reply;
    if (std::optional<Reply> objection = Objection(message)) {
      keep_alive_ = false;
      reply = std::move(*objection);
    } else {
      reply = co_await ReplyTo(std::move(message));
    }
    loop_->requests.fetch_add(1);
    if (reply.status >= 500) loop_->failed.fetch_add(1);
    if (loop_->is_stopping) keep_alive_ = false;
    if (reply.events && !without_body_) {
      co_await SendEvents(std::move(reply));
      co_return false;
    }
    if (reply.more && !without_body_) co_return co_await WritePieces(std::move(reply));
    co_return co_await Write(std::move(reply));
  }

  asio::awaitable<Reply> ReplyTo(Message message) {
    Result<Request> request = RequestOf(std::move(message), peer_, kIsEncrypted);
    if (!request.ok()) co_return ErrorReply(400, "bad_request", request.error().message);
    beast::get_lowest_layer(stream_).expires_never();
    auto shared = std::make_shared<Request>(std::move(*request));
    is_long_ = loop_->options.router.IsLong(*shared);
    const ServerLimits& limits = loop_->options.limits;
    const bool is_full =
        loop_->Waiting(is_long_) >= (is_long_ ? limits.long_waiting : limits.waiting);
    if (is_full) co_return LaterReply(503, "busy", "too many requests are waiting", 1);
    std::function<Reply()> work = [loop = loop_, shared] {
      return loop->options.router.Answer(std::move(*shared));
    };
    co_return co_await OnWorkers<Reply>(loop_, is_long_, std::move(work));
  }

  asio::awaitable<bool> Write(Reply reply) {
    wire::response<wire::string_body> response(HeaderOf(reply, version_));
    response.keep_alive(keep_alive_);
    response.body() = std::move(reply.body);
    if (reply.status != 304) response.prepare_payload();
    if (reply.length) response.content_length(static_cast<uint64_t>(*reply.length));
    if (reply.status == 304) response.erase(wire::field::content_type);
    if (without_body_ || reply.status == 304) response.body().clear();
    Allow(std::max<int>(loop_->options.limits.request_seconds,
                        static_cast<int>(response.body().size() >> 20)));
    beast::error_code error;
    wire::response_serializer<wire::string_body> serializer(response);
    co_await wire::async_write(stream_, serializer, asio::redirect_error(use_awaitable, error));
    co_return !error && keep_alive_;
  }

  asio::awaitable<void> WriteLast(Reply reply) {
    keep_alive_ = false;
    co_await Write(std::move(reply));
    // What the client still sends would turn the close into a reset, which takes the reply away.
    beast::error_code error;
    beast::get_lowest_layer(stream_).socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
    Allow(1);
    for (size_t taken = 0; !error && taken < (size_t{4} << 20);) {
      buffer_.clear();
      taken += co_await beast::get_lowest_layer(stream_).async_read_some(
          buffer_.prepare(65536), asio::redirect_error(use_awaitable, error));
    }
  }

  asio::awaitable<bool> WriteHeader(const Reply& reply) {
    wire::response<wire::empty_body> response(HeaderOf(reply, version_));
    response.keep_alive(keep_alive_);
    is_chunked_ = !reply.length && version_ >= 11;
    if (is_chunked_) response.chunked(true);
    if (reply.length) response.content_length(static_cast<uint64_t>(*reply.length));
    if (!is_chunked_ && !reply.length)
      keep_alive_ = false;  // the end of the body is that of the connection
    wire::response_serializer<wire::empty_body> serializer(response);
    Allow(loop_->options.limits.request_seconds);
    beast::error_code error;
    co_await wire::async_write_header(stream_, serializer,
                                      asio::redirect_error(use_awaitable, error));
    co_return !error;
  }

  asio::awaitable<bool> WritePiece(std::string piece) {
    beast::error_code error;
    Allow(loop_->options.limits.request_seconds);
    if (is_chunked_) {
      co_await asio::async_write(stream_, wire::make_chunk(asio::buffer(piece)),
                                 asio::redirect_error(use_awaitable, error));
    } else {
      co_await asio::async_write(stream_, asio::buffer(piece),
                                 asio::redirect_error(use_awaitable, error));
    }
    co_return !error;
  }

  asio::awaitable<bool> WriteEnd() {
    if (!is_chunked_) co_return keep_alive_;
    beast::error_code error;
    Allow(loop_->options.limits.request_seconds);
    co_await asio::async_write(stream_, wire::make_chunk_last(),
                               asio::redirect_error(use_awaitable, error));
    co_return !error && keep_alive_;
  }

  asio::awaitable<bool> WritePieces(Reply reply) {
    if (!co_await WriteHeader(reply)) co_return false;
    auto more = std::make_shared<std::function<Result<std::string>()>>(std::move(reply.more));
    std::function<Result<std::string>()> work = [more] { return (*more)(); };
    for (;;) {
      beast::get_lowest_layer(stream_).expires_never();
      auto piece = co_await OnWorkers<Result<std::string>>(loop_, is_long_, work);
      if (!piece.ok()) co_return false;
      if (piece->empty()) break;
      if (!co_await WritePiece(std::move(*piece))) co_return false;
    }
    co_return co_await WriteEnd();
  }

  /// Events until the feed or the connection ends.
  asio::awaitable<void> SendEvents(Reply reply) {
    keep_alive_ = false;
    if (!co_await WriteHeader(reply)) co_return;
    EventFeed& feed = *reply.events;
    int64_t place = reply.after_event.empty() ? feed.end() : feed.After(reply.after_event);
    auto timer = std::make_shared<asio::steady_timer>(loop_->io);
    const Listening listening(reply.events, [loop = loop_, timer] {
      asio::post(loop->io, [timer] { timer->cancel(); });
    });
    const Departure departure(&beast::get_lowest_layer(stream_).socket(), kIsEncrypted,
                              [timer] { timer->cancel(); });
    bool goes_on = reply.body.empty() || co_await WritePiece(std::move(reply.body));
    while (goes_on && !departure.has_left()) {
      const bool ends = feed.is_closed();
      std::string text;
      for (const Event& event : feed.Since(&place)) text += EventText(event);
      if (!text.empty()) {
        goes_on = co_await WritePiece(std::move(text));
        continue;
      }
      if (ends) break;
      timer->expires_after(Seconds(loop_->options.limits.heartbeat_seconds));
      beast::get_lowest_layer(stream_).expires_never();
      beast::error_code woken;
      co_await timer->async_wait(asio::redirect_error(use_awaitable, woken));
      if (!woken) goes_on = co_await WritePiece(": heartbeat\n\n");
    }
    if (goes_on && !departure.has_left()) co_await WriteEnd();
  }

  EventLoop* loop_;
  Stream stream_;
  std::string peer_;
  OpenConnection entry_;
  std::list<OpenConnection*>::iterator place_;
  beast::flat_buffer buffer_;
  bool keep_alive_ = false, without_body_ = false, is_long_ = false;
  bool is_chunked_ = false;  ///< the reply that is sent
  unsigned version_ = 11;
};

/// Counts a connection for as long as it is there.
struct Counted {
  explicit Counted(EventLoop* of) : loop(of) { loop->open.fetch_add(1); }
  ~Counted() { loop->open.fetch_sub(1); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  EventLoop* loop;
};

}  // namespace

asio::awaitable<void> ServePlain(EventLoop* loop, asio::ip::tcp::socket socket, std::string peer) {
  const Counted counted(loop);
  Connection<beast::tcp_stream> connection(loop, beast::tcp_stream(std::move(socket)),
                                           std::move(peer));
  co_await connection.Converse();
  beast::error_code ignored;
  connection.stream().socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
}

asio::awaitable<void> ServeEncrypted(EventLoop* loop, asio::ip::tcp::socket socket,
                                     std::string peer) {
  using Encrypted = beast::ssl_stream<beast::tcp_stream>;
  const Counted counted(loop);
  Connection<Encrypted> connection(loop, Encrypted(beast::tcp_stream(std::move(socket)), loop->tls),
                                   std::move(peer));
  const Seconds allowed(loop->options.limits.request_seconds);
  beast::get_lowest_layer(connection.stream()).expires_after(allowed);
  beast::error_code error;
  co_await connection.stream().async_handshake(asio::ssl::stream_base::server,
                                               asio::redirect_error(use_awaitable, error));
  if (error) co_return;
  co_await connection.Converse();
  beast::get_lowest_layer(connection.stream()).expires_after(Seconds(1));
  co_await connection.stream().async_shutdown(asio::redirect_error(use_awaitable, error));
}

}  // namespace cadenza::http
