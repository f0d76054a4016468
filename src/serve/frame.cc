#include "serve/frame.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace cadenza::serve {
namespace {

constexpr size_t kHead = 5;

Error Gone() { return MakeError(ErrorKind::kIo, "the process at the other end has gone"); }

Status Send(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return Gone();
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return {};
}

Status Receive(int socket, char* into, size_t size) {
  while (size > 0) {
    const ssize_t got = ::recv(socket, into, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Gone();
    into += got;
    size -= static_cast<size_t>(got);
  }
  return {};
}

}  // namespace

Status WriteFrame(int socket, Frame::Type type, std::string_view bytes) {
  char head[kHead];
  head[0] = type;
  const auto size = static_cast<uint32_t>(bytes.size());
  std::memcpy(head + 1, &size, sizeof size);
  CADENZA_TRY(Send(socket, {head, kHead}));
  return Send(socket, bytes);
}

Result<Frame> ReadFrame(int socket) {
  char head[kHead];
  CADENZA_TRY(Receive(socket, head, kHead));
  uint32_t size = 0;
  std::memcpy(&size, head + 1, sizeof size);
  if (size > kFrameBytesMax || std::strchr("QSBPEF", head[0]) == nullptr || head[0] == 0) {
    return MakeError(ErrorKind::kInput, "not a message of a query");
  }
  Frame frame;
  frame.type = static_cast<Frame::Type>(head[0]);
  frame.bytes.resize(size);
  CADENZA_TRY(Receive(socket, frame.bytes.data(), size));
  return frame;
}

}  // namespace cadenza::serve
