#include "serve/service.h"

#include "http/service_routes.h"
#include "serve/secret_text.h"
#include "serve/table_routes.h"

namespace cadenza::serve {
namespace {

/// The name that a request gives its server, without the port.
std::string HostOf(const http::Request& request) {
  const std::string host = request.Header("host");
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

/// A page of somebody else can make a browser ask a name that it points here; it cannot choose the
/// Host.
bool NamesThisMachine(const http::Request& request) {
  const std::string host = HostOf(request);
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

/// Changes with the run, with what was asked and with who asks.
std::string ETagOf(const LoadedRun& run, const http::Request& request) {
  std::string asked = request.path() + "\n" + request.role + "\n" + request.Header("accept");
  for (const auto& [name, value] : request.target.query) asked += "\n" + name + "\n" + value;
  return fmt::format("\"{}-{}\"", run.as_of.run, ToHex(Sha256(asked)).substr(0, 16));
}

http::Reply ReplyOf(const Error& error) {
  if (error.kind == ErrorKind::kIo) {
    return http::LaterReply(503, "cannot_read",
                            "a file of the lake cannot be read (cadenza vacuum may have taken it); "
                            "ask again: " +
                                error.message,
                            1);
  }
  return http::ErrorReply(error);
}

void AddSafety(http::Reply* reply) {
  const auto add = [&](const char* name, const char* value) {
    if (reply->Header(name).empty()) reply->headers.emplace_back(name, value);
  };
  add("X-Content-Type-Options", "nosniff");
  add("Referrer-Policy", "no-referrer");
  add("X-Frame-Options", "DENY");
  add("Cache-Control", "no-cache, private");
  add("Content-Security-Policy",
      "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
      "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
}

}  // namespace

Role RoleOf(const http::Request& request) {
  if (request.role == RoleName(Role::kOwner)) return Role::kOwner;
  return request.role == RoleName(Role::kAnalyst) ? Role::kAnalyst : Role::kViewer;
}

Result<std::unique_ptr<Service>> Service::Open(query::Database* database, ServiceOptions options) {
  std::unique_ptr<Service> service(new Service(database, std::move(options)));
  CADENZA_ASSIGN(service->runs_,
                 Runs::Open(database, service->options_.lake, service->options_.look_seconds));
  service->Mount(http::HealthRoute([runs = service->runs_.get()] { return runs->trouble(); }));
  service->Mount(http::MetricsRoute([made = service.get()] { return made->metrics_.Text(); }));
  MountTables(service.get());
  return service;
}

http::Router Service::Start() {
  router_.SetGate([this](http::Request* request, const http::Route*) -> std::optional<http::Reply> {
    if (options_.only_this_machine && !NamesThisMachine(*request)) {
      return http::ErrorReply(421, "wrong_host",
                              "this server answers for localhost, 127.0.0.1 and [::1] only");
    }
    request->role = RoleName(Role::kOwner);
    return std::nullopt;
  });
  router_.SetFinish([](const http::Request&, http::Reply* reply) { AddSafety(reply); });
  runs_->Start([](const LoadedRun&, const LoadedRun&) {});
  return router_;
}

void Service::Stop() { feed_->Close({.id = "", .name = "end", .data = "{}"}); }

Result<std::unique_ptr<query::Session>> Service::OpenSession(const LoadedRun& run, Role role) {
  query::SessionOptions options;
  options.limits.seconds = options_.answer_seconds;
  if (role != Role::kOwner) {
    options.may_read = [role](const lake::Model& table) { return MayRead(role, table); };
  }
  return query::Session::Open(database_, run.lake, std::move(options));
}

http::Reply Service::Answer(const http::Request& request, const Work& work) {
  return AnswerFrom(*runs_->newest(), request, work);
}

http::Reply Service::AnswerFrom(const LoadedRun& run, const http::Request& request,
                                const Work& work) {
  const std::string etag = ETagOf(run, request);
  if (request.Header("if-none-match") == etag) {
    http::Reply unchanged = http::TextReply(304, "");
    unchanged.headers.emplace_back("ETag", etag);
    return unchanged;
  }
  auto session = OpenSession(run, RoleOf(request));
  if (!session.ok()) return ReplyOf(session.error());
  Result<std::string> json = work(session->get(), run.as_of);
  if (!json.ok()) return ReplyOf(json.error());
  http::Reply reply = http::JsonReply(std::move(*json));
  reply.headers.emplace_back("ETag", etag);
  return reply;
}

}  // namespace cadenza::serve
