#include "cli/stdout_export.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <thread>

namespace cadenza::cli {
namespace {

/// Copies until the writers have closed. When standard output is gone, the rest is thrown away so
/// that the engine does not wait for ever.
void CopyToStdout(int from, bool* failed) {
  char buffer[1 << 16];
  while (true) {
    const ssize_t got = ::read(from, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    if (*failed) continue;
    *failed = std::fwrite(buffer, 1, static_cast<size_t>(got), stdout) != static_cast<size_t>(got);
  }
  *failed |= std::fflush(stdout) != 0;
  ::close(from);
}

}  // namespace

Status ExportToStdout(engine::Engine* engine, const std::string& select,
                      const std::string& format) {
  int ends[2];
  if (::pipe(ends) != 0) return MakeError(ErrorKind::kIo, "no pipe: {}", strerror(errno));
  bool failed = false;
  std::thread copier(CopyToStdout, ends[0], &failed);
  const Status status = engine->Export(select, fmt::format("/dev/fd/{}", ends[1]), format);
  ::close(ends[1]);
  copier.join();
  CADENZA_TRY(status);
  if (failed) return MakeError(ErrorKind::kIo, "cannot write to standard output");
  return {};
}

}  // namespace cadenza::cli
