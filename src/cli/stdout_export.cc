#include "cli/stdout_export.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string_view>
#include <thread>

#include "arrow/ipc_writer.h"
#include "cli/finite_json.h"

namespace cadenza::cli {
namespace {

bool Put(std::string_view bytes) {
  return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size();
}

/// Copies until the writers have closed. When standard output is gone, the rest is thrown away so
/// that the engine does not wait for ever.
void CopyToStdout(int from, bool is_json, bool* failed) {
  char buffer[1 << 16];
  FiniteJson json;
  while (true) {
    const ssize_t got = ::read(from, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    if (*failed) continue;
    const std::string_view read(buffer, static_cast<size_t>(got));
    *failed = !Put(is_json ? json.Add(read) : read);
  }
  if (is_json && !*failed) *failed = !Put(json.End());
  *failed |= std::fflush(stdout) != 0;
  ::close(from);
}

Error NotWritten() { return MakeError(ErrorKind::kIo, "cannot write to standard output"); }

Status WriteArrow(const std::function<Status(const engine::ArrowReceiver&)>& read) {
  arrow::IpcWriter writer(
      [](std::string_view bytes) -> Status { return Put(bytes) ? Status() : NotWritten(); });
  CADENZA_TRY(read({.columns = [&](const ArrowSchema& columns) { return writer.Columns(columns); },
                    .rows = [&](const ArrowArray& rows) { return writer.Rows(rows); }}));
  CADENZA_TRY(writer.End());
  return std::fflush(stdout) == 0 ? Status() : NotWritten();
}

}  // namespace

Status ExportArrowToStdout(engine::Engine* engine, const std::string& select) {
  return WriteArrow([&](const engine::ArrowReceiver& receiver) {
    return engine::QueryArrow(engine, select, receiver);
  });
}

Status ExportArrowToStdout(ArrowArrayStream* rows) {
  return WriteArrow([rows](const engine::ArrowReceiver& receiver) {
    return engine::ReadArrowStream(rows, receiver);
  });
}

Status ExportToStdout(engine::Engine* engine, const std::string& select,
                      const std::string& format) {
  int ends[2];
  if (::pipe(ends) != 0) return MakeError(ErrorKind::kIo, "no pipe: {}", strerror(errno));
  bool failed = false;
  std::thread copier(CopyToStdout, ends[0], format == "json", &failed);
  const Status status = engine->Export(select, fmt::format("/dev/fd/{}", ends[1]), format);
  ::close(ends[1]);
  copier.join();
  CADENZA_TRY(status);
  if (failed) return NotWritten();
  return {};
}

}  // namespace cadenza::cli
