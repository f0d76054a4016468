#include "pgwire/session.h"

namespace cadenza::pgwire {
namespace {

/// Of one message. PostgreSQL takes 1 GB; nobody sends a query of more than this.
constexpr int32_t kMessageMax = 64 << 20;
constexpr size_t kFlushSize = 64 << 10;

}  // namespace

void Portal::Close() {
  rows.reset();
  encoder.reset();
  if (connection) connection->is_busy = false;
  connection.reset();
  query.reset();
}

Session::~Session() {
  if (key_.process != 0) host_->Unregister(key_.process);
  portals_.clear();
  if (has_entered_) host_->Leave();
}

void Session::Cancel() {
  const std::scoped_lock lock(running_mutex_);
  if (running_) running_->Interrupt();
}

void Session::Run() {
  if (!Start()) return;
  while (is_open_) {
    char type = 0;
    std::string body;
    if (!ReadMessage(&type, &body)) return;
    OnMessage(type, MessageBody(body));
  }
}

bool Session::ReadMessage(char* type, std::string* body) {
  const auto now = std::chrono::steady_clock::now();
  const bool waits_in_transaction = transaction_ != 'I';
  const auto& options = host_->options();
  char header[5];
  const auto got = transport_->Read(
      header, sizeof header,
      now + (waits_in_transaction ? options.idle_in_transaction_max : options.idle_max));
  if (got == Transport::Got::kTimeout) {
    return SendAway(
        waits_in_transaction
            ? SqlError{"25P03", "terminating connection due to idle-in-transaction timeout"}
            : SqlError{"57P05", "terminating connection due to idle-session timeout"});
  }
  if (got == Transport::Got::kEnd) return false;
  *type = header[0];
  const int32_t length = MessageBody(std::string_view(header + 1, 4)).Int32().value();
  if (length < 4 || length - 4 > kMessageMax) {
    return SendAway({"08P01", fmt::format("invalid message length: {}", length)});
  }
  // The memory comes as the bytes do: a length alone costs nothing.
  const auto until = std::chrono::steady_clock::now() + options.startup_max;
  body->clear();
  for (auto left = static_cast<size_t>(length - 4); left > 0;) {
    const size_t piece = std::min<size_t>(left, 1 << 20);
    const size_t before = body->size();
    body->resize(before + piece);
    if (transport_->Read(body->data() + before, piece, until) != Transport::Got::kBytes)
      return false;
    left -= piece;
  }
  return true;
}

void Session::OnMessage(char type, MessageBody body) {
  if (type == 'X') {
    is_open_ = false;
    return;
  }
  if (type == 'S') return OnSync();
  if (is_skipping_) return;
  Outcome<void> outcome;
  switch (type) {
    case 'Q':
      return OnQuery(body);
    case 'P':
      outcome = OnParse(body);
      break;
    case 'B':
      outcome = OnBind(body);
      break;
    case 'D':
      outcome = OnDescribe(body);
      break;
    case 'E':
      outcome = OnExecute(body);
      break;
    case 'C':
      outcome = OnClose(body);
      break;
    case 'H':
      is_open_ = is_open_ && Flush();
      break;
    case 'd':
    case 'c':
    case 'f':
      break;  // of a COPY that failed; ignored outside of one
    case 'F':
      outcome = SqlError{"0A000", "the function call protocol is not supported"};
      break;
    default:
      SendAway({"08P01", fmt::format("invalid frontend message type {}",
                                     static_cast<int>(static_cast<uint8_t>(type)))});
      return;
  }
  if (!outcome.ok()) {
    Fail(outcome.error());
    is_skipping_ = type != 'F';
    if (type == 'F') {
      AppendReady(transaction_, &out_);
      is_open_ = is_open_ && Flush();
    }
  }
  if (out_.size() > kFlushSize) is_open_ = is_open_ && Flush();
}

bool Session::Flush() {
  if (out_.size() == 0) return true;
  const bool written = transport_->Write(out_.bytes());
  out_.CutTo(0);
  return written;
}

bool Session::SendAway(SqlError error) {
  error.is_fatal = true;
  AppendError(error, &out_);
  Flush();
  is_open_ = false;
  return false;
}

void Session::Fail(SqlError error) {
  AppendError(error, &out_);
  // A client may wait for it without a Sync.
  is_open_ = Flush() && is_open_;
  if (transaction_ == 'T') transaction_ = 'E';
}

Outcome<void> Session::EnterTransaction() {
  if (catalogue_) return {};
  CADENZA_ASSIGN(catalogue_, host_->Current(role_));
  is_implicit_ = transaction_ == 'I';
  return {};
}

void Session::EndTransaction(bool is_aborted) {
  transaction_ = 'I';
  is_implicit_ = false;
  savepoints_.clear();
  std::erase_if(portals_, [&](const auto& entry) {
    const Portal& portal = *entry.second;
    const bool is_held = portal.is_cursor && portal.source->statement.is_held;
    return !is_held || (is_aborted && !portal.is_kept);
  });
  for (const auto& [name, portal] : portals_) portal->is_kept = true;
  catalogue_.reset();
  for (const auto& [name, value] : local_before_) {
    static_cast<void>(settings_.Set(name, value));
    static_cast<void>(ApplySetting(name));
  }
  local_before_.clear();
  ReportSettings();
}

void Session::OnSync() {
  if (transaction_ == 'I') EndTransaction(is_skipping_);
  is_skipping_ = false;
  AppendReady(transaction_, &out_);
  is_open_ = is_open_ && Flush();
}

}  // namespace cadenza::pgwire
