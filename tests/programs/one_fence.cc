// A program of the tests: people's SQL with one fence alone.
//   one_fence LAKE SPILL_FOLDER list|kernel|engine <statements.ndjson
// `list`: the list of functions and tables; `kernel`: Landlock and the filter of calls; `engine`:
// DuckDB's own. Each line of the input is a statement as a text of JSON; each line of the output is
// {"answer": text} or {"refused": message}. A statement of which the process dies is the last one.

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "lake/manifest.h"
#include "query/session.h"
#include "serve/frame.h"
#include "serve/query_process.h"

namespace cadenza::serve {
namespace {

using Json = nlohmann::json;

Status Serve(const std::string& lake, const std::string& spill, const std::string& fence,
             int socket) {
  QueryProcessOptions options;
  options.lake = lake;
  options.spill_folder = spill;
  options.first_socket = socket;
  options.engine.threads = 1;
  options.engine.memory_bytes = int64_t{256} << 20;
  options.without_function_list = fence != "list";
  options.without_landlock = fence != "kernel";
  options.without_call_filter = fence != "kernel";
  options.without_engine_fence = fence != "engine";
  return RunQueryProcess(options);
}

Result<Json> Ask(int socket, const std::string& sql, int64_t run) {
  const Json question = {{"sql", sql},
                         {"parameters", Json::array()},
                         {"role", "analyst"},
                         {"run", run},
                         {"as_of", Json::object()},
                         {"format", "ndjson"},
                         {"seconds", 5},
                         {"rows", 1000},
                         {"bytes", 1 << 20}};
  CADENZA_TRY(WriteFrame(socket, Frame::kQuestion, question.dump()));
  std::string answer;
  while (true) {
    CADENZA_ASSIGN(const Frame frame, ReadFrame(socket));
    if (frame.type == Frame::kPiece) answer += frame.bytes;
    if (frame.type == Frame::kEnd) return Json{{"answer", answer}};
    if (frame.type == Frame::kFailure) {
      return Json{{"refused", Json::parse(frame.bytes).at("message")}};
    }
  }
}

Status AskAll(int socket, const std::string& lake) {
  CADENZA_ASSIGN(const auto database, query::Database::Open({}));
  CADENZA_ASSIGN(const auto state, database->OpenLake(lake));
  std::string line;
  while (std::getline(std::cin, line)) {
    const Result<Json> said =
        Ask(socket, Json::parse(line).get<std::string>(), state->manifest().run);
    // A process that dies of a statement has refused it too; the server makes another one.
    const Json told = said.ok() ? *said : Json{{"refused", said.error().message}};
    std::cout << told.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    if (!said.ok()) break;
  }
  return {};
}

int Main(const std::string& lake, const std::string& spill, const std::string& fence) {
  int sockets[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0) return 1;
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(sockets[0]);
    const Status served = Serve(lake, spill, fence, sockets[1]);
    if (!served.ok()) std::cerr << served.error().message << '\n';
    ::_exit(served.ok() ? 0 : 1);
  }
  ::close(sockets[1]);
  const Status asked = AskAll(sockets[0], lake);
  ::close(sockets[0]);
  ::waitpid(child, nullptr, 0);
  if (!asked.ok()) std::cerr << asked.error().message << '\n';
  return asked.ok() ? 0 : 1;
}

}  // namespace
}  // namespace cadenza::serve

int main(int count, char** arguments) {
  if (count != 4) return 2;
  return cadenza::serve::Main(arguments[1], arguments[2], arguments[3]);
}
