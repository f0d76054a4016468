#include "cli/serve_command.h"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "cli/s3_flags.h"
#include "cli/serve_users.h"
#include "dashboard/routes.h"
#include "http/server.h"
#include "pgwire/server.h"
#include "query/database.h"
#include "serve/access.h"
#include "serve/enclosure.h"
#include "serve/index_keeper.h"
#include "serve/metric_routes.h"
#include "serve/query_pool.h"
#include "serve/query_process.h"
#include "serve/service.h"
#include "serve/share_routes.h"
#include "serve/sql_route.h"
#include "storage/parallel.h"

namespace cadenza::cli {
namespace {

constexpr int kGraceSeconds = 10;
constexpr int kLongWorkers = 128;  // those who wait for a place, and those who read a result
constexpr double kLookSeconds = 0.5, kLookSecondsOnS3 = 5;

constexpr const char* kServeExamples = R"help(Examples:
  cadenza serve --lake lake
      http://127.0.0.1:8765, for this machine: /api/v1/tables, /api/v1/health; /docs lists the rest
  cadenza serve --lake lake --open
      the dashboard, in the browser
  cadenza serve --lake s3://lakes/plays --listen 0.0.0.0:8765 --tls-cert c.pem --tls-key k.pem \
    --users users.toml
      for others, who have to log in
  cadenza serve --lake lake --pg 127.0.0.1:5439
      and psql -h 127.0.0.1 -p 5439 -d lake; BI tools connect as to PostgreSQL 15
  cadenza serve --lake lake --share
      and delta_sharing.load_as_pandas("profile.share#lake.gold.kpi_summary"): see cadenza share
  cadenza serve user add ana --role analyst --users users.toml
      asks for the password; again with the same name changes it
  cadenza serve token add grafana --role viewer --days 90 --users users.toml
      prints the token once
  cadenza serve user list --users users.toml

A viewer reads tables without a listener's id, an analyst all but who was forgotten or rectified.
Ctrl-C: no new requests, those that run get 10 seconds.
Exit code: 0 stopped, 1 failed, 2 wrong usage.)help";

/// By the desktop's own choice of browser. Where there is none, the address was printed.
void OpenBrowser(std::string address) {
  std::string program = "xdg-open";
  char* arguments[] = {program.data(), address.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
    posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0);
  }
  pid_t child = 0;
  if (posix_spawnp(&child, program.c_str(), &actions, nullptr, arguments, environ) != 0) {
    fmt::print(stderr, "no browser can be opened here: xdg-open is missing\n");
  }
  posix_spawn_file_actions_destroy(&actions);
}

class ServeCommand : public Command {
 public:
  void Declare(CLI::App* app) override {
    app_ = app;
    app->footer(kServeExamples);
    app->add_option("subject", subject_, "user or token: who may log in; without it the server")
        ->check(CLI::IsMember({"user", "token"}))
        ->type_name("SUBJECT");
    app->add_option("action", edit_.action, "add, remove or list")
        ->check(CLI::IsMember({"add", "remove", "list"}))
        ->type_name("ACTION");
    app->add_option("name", edit_.name, "of the user or token")->type_name("NAME");
    app->add_option("--lake", lake_, "the lake, as made by etl --out")->type_name("FOLDER");
    app->add_option("--listen", listen_, "address and port; port 0 takes one that is free")
        ->type_name("HOST:PORT")
        ->capture_default_str();
    app->add_option("--pg", pg_,
                    "also PostgreSQL's protocol, read only, on this address and port (5439 is free "
                    "as a rule)")
        ->type_name("HOST:PORT");
    app->add_flag("--share", share_,
                  "also Delta Sharing, below /delta-sharing; cadenza share makes profiles");
    app->add_flag("--share-through-server", share_through_server_,
                  "pass shared files of a lake on S3 on, where clients cannot reach the storage; "
                  "else they get its own addresses, signed for an hour");
    app->add_option("--tls-cert", certificate_, "certificate with its chain, PEM")
        ->type_name("FILE");
    app->add_option("--tls-key", key_, "its key, PEM")->type_name("FILE");
    app->add_flag("--behind-proxy", behind_proxy_,
                  "another server in front does TLS: other addresses without --tls-cert");
    app->add_option("--users", users_, "who may log in; the file's mode is 0600")
        ->type_name("FILE");
    app->add_option("--role", edit_.role, "of the user or token: viewer or analyst")
        ->type_name("ROLE")
        ->capture_default_str();
    app->add_option("--days", edit_.days, "for which a token holds")
        ->check(CLI::Range(1, 3650))
        ->type_name("N")
        ->capture_default_str();
    app->add_option("--index-memory", index_memory_,
                    "for the index of customer-days; what does not fit is answered by SQL; 0: none")
        ->type_name("SIZE")
        ->capture_default_str();
    app->add_flag("--open", open_, "show the dashboard in the browser");
    app->add_flag("--require-sandbox", require_sandbox_,
                  "refuse to start where the kernel cannot fence users' statements in (Landlock)");
    DeclareThreads(app, &threads_);
    DeclareMemory(app, &memory_);
    DeclareList(app, "--config", &configs_, "settings: .toml")->type_name("FILE");
    s3_.Declare(app);
  }

  Result<int> Execute() override {
    CADENZA_TRY(ApplySettings(app_, configs_));
    if (!subject_.empty()) {
      edit_.is_token = subject_ == "token";
      CADENZA_ASSIGN(const MadeToken made, EditUsers(users_, edit_));
      if (!made.secret.empty()) fmt::print("{}\n", made.secret);
      return kExitDone;
    }
    if (lake_.empty()) return MakeError(ErrorKind::kUsage, "--lake is missing: where is the lake?");
    http::ServerOptions options;
    CADENZA_TRY(ReadListen(&options));
    engine::DuckDbOptions engine_options;
    engine_options.threads = threads_;
    CADENZA_ASSIGN(engine_options.memory_bytes, ParseMemory(memory_));
    engine_options.s3 = s3_.MakeClient();
    if (const char* sockets = std::getenv(serve::kQueryProcessVariable)) {
      CADENZA_TRY(RunQueries(sockets, engine_options));
      return kExitDone;
    }
    const InterruptGuard guard(nullptr);
    int64_t index_bytes = 0;
    if (index_memory_ != "0") {
      CADENZA_ASSIGN(index_bytes, ParseBytes(index_memory_));
    }
    CADENZA_ASSIGN(const auto access, serve::Access::Open(AccessOptions(options)));
    CADENZA_TRY(CheckSandbox());
    CADENZA_ASSIGN(const auto pool, serve::QueryPool::Start(PoolOptions()));
    engine::DuckDbOptions pages_options = engine_options;
    pages_options.rows_ahead_bytes = engine::kRowsAheadBytes;
    CADENZA_ASSIGN(const auto database, query::Database::Open(pages_options));
    serve::IndexKeeper indexes(database.get(), index_bytes);
    CADENZA_ASSIGN(const auto service,
                   serve::Service::Open(database.get(), access.get(), ServiceOptions()));
    service->Follow([&](const auto& run) { indexes.Follow(run); });
    serve::MountMetrics(service.get(), &indexes);
    serve::MountSql(service.get(), pool.get());
    if (share_) CADENZA_TRY(serve::MountShare(service.get(), access.get(), share_through_server_));
    dashboard::MountDashboard(service.get(), &indexes);
    options.router = service->Start();
    CADENZA_ASSIGN(const auto server, http::Server::Start(std::move(options)));
    std::unique_ptr<pgwire::Server> wire;
    if (!pg_.empty()) {
      CADENZA_ASSIGN(wire, StartWire(engine_options, access.get()));
    }
    fmt::print("{}\n", server->url());
    if (wire) fmt::print("postgresql://{}:{}/lake\n", wire_host_, wire->port());
    std::fflush(stdout);
    if (open_) OpenBrowser(server->url());
    while (!InterruptGuard::Pending()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    fmt::print(stderr, "stopping\n");
    service->Stop();
    server->Stop(kGraceSeconds);
    return kExitDone;
  }

 private:
  /// The same users, roles and certificate as those of the pages.
  Result<std::unique_ptr<pgwire::Server>> StartWire(const engine::DuckDbOptions& engine,
                                                    serve::Access* access) {
    http::ServerOptions listen;
    CADENZA_TRY(http::ParseListen(pg_, &listen));
    if (!http::IsLoopback(listen.host) && (users_.empty() || certificate_.empty())) {
      return MakeError(ErrorKind::kUsage,
                       "--pg {}: other machines need --users, --tls-cert and --tls-key", pg_);
    }
    wire_host_ = listen.host;
    pgwire::ServerOptions options;
    options.address = listen.host == "localhost" ? "127.0.0.1" : listen.host;
    options.port = listen.port;
    options.certificate = certificate_;
    options.key = key_;
    options.host.lake = lake_;
    options.host.engine = engine;
    options.host.may_read = [](const std::string& role, const lake::Model& table) {
      return serve::MayRead(role == "viewer" ? serve::Role::kViewer : serve::Role::kAnalyst, table);
    };
    if (!users_.empty()) {
      options.host.find_user = [access](const std::string& name) {
        const auto users = access->users();
        const serve::User* user = users->Find(name);
        std::optional<pgwire::WireUser> found;
        if (user) {
          found = pgwire::WireUser{serve::VerifierText(user->verifier),
                                   std::string(serve::RoleName(user->role))};
        }
        return found;
      };
    }
    return pgwire::Server::Start(std::move(options));
  }

  Status ReadListen(http::ServerOptions* options) {
    CADENZA_TRY(http::ParseListen(listen_, options));
    if (certificate_.empty() != key_.empty()) {
      return MakeError(ErrorKind::kUsage, "--tls-cert and --tls-key belong together");
    }
    if (!http::IsLoopback(options->host)) {
      if (users_.empty()) {
        return MakeError(ErrorKind::kUsage, "--listen {}: other machines need --users", listen_);
      }
      if (certificate_.empty() && !behind_proxy_) {
        return MakeError(
            ErrorKind::kUsage,
            "--listen {}: other machines need --tls-cert and --tls-key, or --behind-proxy",
            listen_);
      }
    }
    options->certificate = certificate_;
    options->key = key_;
    options->workers = std::max(4, 2 * static_cast<int>(Cores()));
    options->long_workers = kLongWorkers;
    return {};
  }

  /// This process is one that runs people's SQL: first socket, how many, and its spill folder.
  Status RunQueries(const std::string& sockets, engine::DuckDbOptions engine_options) const {
    serve::QueryProcessOptions options;
    int end = 0;
    if (std::sscanf(sockets.c_str(), "%d:%d:%n", &options.first_socket, &options.sockets, &end) !=
        2) {
      return MakeError(ErrorKind::kUsage, "{} is not for people: {}", serve::kQueryProcessVariable,
                       sockets);
    }
    options.spill_folder = sockets.substr(static_cast<size_t>(end));
    options.lake = lake_;
    if (!lake_.starts_with("s3://"))
      options.lake = std::filesystem::absolute(lake_).lexically_normal();
    while (options.lake.size() > 1 && options.lake.ends_with('/')) options.lake.pop_back();
    engine_options.threads = 1;
    engine_options.memory_bytes =
        std::max<int64_t>(engine_options.memory_bytes / 2, int64_t{64} << 20);
    options.engine = std::move(engine_options);
    return serve::RunQueryProcess(options);
  }

  static serve::QueryPoolOptions PoolOptions() {
    serve::QueryPoolOptions options;
    options.processes = static_cast<int>(Cores());
    options.spill_folder = fmt::format("{}/cadenza-serve-{}",
                                       std::filesystem::temp_directory_path().string(), ::getpid());
    return options;
  }

  Status CheckSandbox() const {
    if (serve::HasLandlock()) return {};
    if (require_sandbox_) {
      return MakeError(ErrorKind::kIo, "--require-sandbox: the kernel has no Landlock");
    }
    fmt::print(stderr,
               "warning: the kernel has no Landlock: statements of users are fenced in by the "
               "engine and a filter of calls alone\n");
    return {};
  }

  serve::ServiceOptions ServiceOptions() const {
    serve::ServiceOptions options;
    options.lake = lake_;
    options.look_seconds = lake_.starts_with("s3://") ? kLookSecondsOnS3 : kLookSeconds;
    return options;
  }

  serve::AccessOptions AccessOptions(const http::ServerOptions& server) const {
    serve::AccessOptions options;
    options.users_file = users_;
    options.lake = lake_;
    options.only_this_machine = http::IsLoopback(server.host) && users_.empty();
    options.is_encrypted = !certificate_.empty();
    options.behind_proxy = behind_proxy_;
    return options;
  }

  CLI::App* app_ = nullptr;
  std::string subject_, lake_, listen_ = "127.0.0.1:8765", certificate_, key_, users_;
  std::string memory_ = "700MB", index_memory_ = "1GB";
  std::string pg_, wire_host_;
  UserEdit edit_;
  bool behind_proxy_ = false, require_sandbox_ = false, open_ = false, share_ = false,
       share_through_server_ = false;
  int threads_ = 0;
  std::vector<std::string> configs_;
  S3Flags s3_;
};

}  // namespace

std::unique_ptr<Command> MakeServeCommand() { return std::make_unique<ServeCommand>(); }

}  // namespace cadenza::cli
