#include "query/row_export.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "arrow/ipc_writer.h"
#include "query/finite_json.h"

namespace cadenza::query {
namespace {

/// Hands on what comes through a pipe until its writers have closed it. After an error of the sink
/// the rest is thrown away, so that the engine does not wait for ever.
class PipeReader {
 public:
  PipeReader(int from, bool is_json, const Sink& sink, engine::Engine* engine)
      : from_(from), is_json_(is_json), sink_(sink), engine_(engine) {}

  void Run() {
    char buffer[1 << 16];
    FiniteJson json;
    while (true) {
      const ssize_t got = ::read(from_, buffer, sizeof buffer);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      const std::string_view read(buffer, static_cast<size_t>(got));
      Put(is_json_ ? json.Add(read) : read);
    }
    if (is_json_) Put(json.End());
    ::close(from_);
  }
  const Status& status() const { return status_; }

 private:
  void Put(std::string_view bytes) {
    if (status_.ok()) status_ = sink_(bytes);
    if (!status_.ok()) engine_->Interrupt();
  }

  int from_;
  bool is_json_;
  const Sink& sink_;
  engine::Engine* engine_;
  Status status_;
};

Status WriteArrow(const std::function<Status(const engine::ArrowReceiver&)>& read,
                  const Sink& sink) {
  arrow::IpcWriter writer(sink);
  CADENZA_TRY(read({.columns = [&](const ArrowSchema& columns) { return writer.Columns(columns); },
                    .rows = [&](const ArrowArray& rows) { return writer.Rows(rows); }}));
  return writer.End();
}

}  // namespace

Status ExportArrow(ArrowArrayStream* rows, const Sink& sink) {
  return WriteArrow(
      [rows](const engine::ArrowReceiver& receiver) {
        return engine::ReadArrowStream(rows, receiver);
      },
      sink);
}

Status ExportRows(engine::Engine* engine, const std::string& select, const std::string& format,
                  const Sink& sink) {
  if (format == "arrow") {
    return WriteArrow(
        [&](const engine::ArrowReceiver& receiver) {
          return engine::QueryArrow(engine, select, receiver);
        },
        sink);
  }
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return MakeError(ErrorKind::kIo, "no pipe: {}", strerror(errno));
  }
  PipeReader reader(ends[0], format == "json", sink, engine);
  std::thread thread([&reader] { reader.Run(); });
  Status status = engine->Export(select, fmt::format("/dev/fd/{}", ends[1]), format);
  ::close(ends[1]);
  thread.join();
  CADENZA_TRY(reader.status());
  return status;
}

}  // namespace cadenza::query
