#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "pgwire/server.h"

/// pgwire_server LAKE [PORT]: prints the port, serves until it is told to end.
int main(int count, char** arguments) {
  if (count < 2) return 2;
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  sigprocmask(SIG_BLOCK, &ends, nullptr);
  cadenza::pgwire::ServerOptions options;
  options.host.lake = arguments[1];
  if (count > 2) options.port = std::atoi(arguments[2]);
  auto server = cadenza::pgwire::Server::Start(options);
  if (!server.ok()) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return 1;
  }
  std::printf("%d\n", (*server)->port());
  std::fflush(stdout);
  int got = 0;
  sigwait(&ends, &got);
  return 0;
}
