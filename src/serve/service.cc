#include "serve/service.h"

#include "base/version.h"
#include "http/openapi.h"
#include "http/service_routes.h"
#include "serve/live_routes.h"
#include "serve/secret_text.h"
#include "serve/table_routes.h"

namespace cadenza::serve {
namespace {

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
  // Not no-referrer: browsers would send the form of the login with `Origin: null`.
  add("Referrer-Policy", "same-origin");
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

Result<std::unique_ptr<Service>> Service::Open(query::Database* database, Access* access,
                                               ServiceOptions options) {
  std::unique_ptr<Service> service(new Service(database, access, std::move(options)));
  CADENZA_ASSIGN(service->runs_,
                 Runs::Open(database, service->options_.lake, service->options_.look_seconds));
  service->Mount(http::HealthRoute([runs = service->runs_.get()] { return runs->trouble(); }));
  service->Mount(http::MetricsRoute([made = service.get()] { return made->metrics_.Text(); }));
  access->AddRoutes([&](http::Route route) { service->Mount(std::move(route)); });
  service->MountDescription();
  MountTables(service.get());
  MountLive(service.get());
  service->events_.Mount();
  return service;
}

void Service::MountDescription() {
  Mount({.path = "/openapi.json", .handler = [this](const http::Request&) {
           return http::JsonReply(http::OpenApiJson(router_.routes(), kVersion));
         }});
  Mount({.path = "/docs", .handler = [this](const http::Request&) {
           return http::TextReply(200, http::OpenApiPage(router_.routes()),
                                  "text/html; charset=utf-8");
         }});
}

http::Router Service::Start() {
  router_.SetGate([access = access_](http::Request* request, const http::Route* route) {
    return access->Check(request, route);
  });
  router_.SetFinish([](const http::Request&, http::Reply* reply) { AddSafety(reply); });
  for (const OnRun& on_run : on_run_) on_run(runs_->newest());
  runs_->Start([this](const LoadedRun& before, const LoadedRun& now) {
    events_.Publish(before, now);
    for (const OnRun& on_run : on_run_) on_run(runs_->newest());
  });
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
  return AnswerOnce(run, request, [&]() -> Result<std::string> {
    CADENZA_ASSIGN(const auto session, OpenSession(run, RoleOf(request)));
    return work(session.get(), run.as_of);
  });
}

http::Reply Service::AnswerOnce(const LoadedRun& run, const http::Request& request,
                                const std::function<Result<std::string>()>& make) {
  const std::string etag = ETagOf(run, request);
  if (request.Header("if-none-match") == etag) {
    http::Reply unchanged = http::TextReply(304, "");
    unchanged.headers.emplace_back("ETag", etag);
    return unchanged;
  }
  Result<std::string> json = make();
  if (!json.ok()) return ReplyOf(json.error());
  http::Reply reply = http::JsonReply(std::move(*json));
  reply.headers.emplace_back("ETag", etag);
  return reply;
}

}  // namespace cadenza::serve
