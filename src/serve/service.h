#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/event_feed.h"
#include "http/metrics.h"
#include "http/router.h"
#include "query/database.h"
#include "query/session.h"
#include "serve/access.h"
#include "serve/run_events.h"
#include "serve/runs.h"
#include "serve/users.h"

namespace cadenza::serve {

struct ServiceOptions {
  std::string lake;
  double look_seconds = 1;        ///< between two looks for a new run
  double answer_seconds = 30;     ///< an answer of the API may take so long
  bool only_this_machine = true;  ///< requests must name it as their Host
};

/// The lake as routes: what all of them share. Thread-safe after Start.
///
/// Other folders add theirs before the server starts:
///   service.Mount({.path = "/assets/{path*}", .handler = …, .is_open = true});
///   service.Mount({.path = "/api/v1/tiles/{tile}", .handler = [&](const http::Request& request) {
///     return service.Answer(request, [&](query::Session* session, const AsOf& as_of) {
///       return TileAnswer(session, request.Parameter("tile"), …);   // Result<std::string>: JSON
///     });
///   }});
class Service {
 public:
  /// kNotFound when there is no lake. Database and access must outlive the service.
  static Result<std::unique_ptr<Service>> Open(query::Database* database, Access* access,
                                               ServiceOptions options);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  void Mount(http::Route route) { router_.Add(std::move(route)); }
  /// Called with the first run at Start, then with each new one, on the thread that looks for them.
  using OnRun = std::function<void(const std::shared_ptr<const LoadedRun>& run)>;
  void Follow(OnRun on_run) { on_run_.push_back(std::move(on_run)); }
  /// The routes, with who may ask; to be given to the server. Begins to look for new runs.
  http::Router Start();

  /// A last event, after which the streams end.
  void Stop();

  /// Makes a JSON answer from the newest run, on a connection of its own, under the role's fence:
  /// with ETag and 304. An error becomes its reply.
  using Work = std::function<Result<std::string>(query::Session* session, const AsOf& as_of)>;
  http::Reply Answer(const http::Request& request, const Work& work);
  /// The same from a given run.
  http::Reply AnswerFrom(const LoadedRun& run, const http::Request& request, const Work& work);

  /// The same for an answer that needs no session.
  static http::Reply AnswerOnce(const LoadedRun& run, const http::Request& request,
                                const std::function<Result<std::string>()>& make);

  /// A session of the role on a run.
  Result<std::unique_ptr<query::Session>> OpenSession(const LoadedRun& run, Role role);

  Runs& runs() { return *runs_; }
  const std::shared_ptr<http::EventFeed>& feed() const { return feed_; }
  http::Metrics& metrics() { return metrics_; }
  query::Database& database() { return *database_; }
  const ServiceOptions& options() const { return options_; }

 private:
  Service(query::Database* database, Access* access, ServiceOptions options)
      : database_(database), access_(access), options_(std::move(options)) {}
  void MountDescription();

  query::Database* database_;
  Access* access_;
  ServiceOptions options_;
  http::Metrics metrics_;
  std::shared_ptr<http::EventFeed> feed_ = std::make_shared<http::EventFeed>();
  http::Router router_;
  std::vector<OnRun> on_run_;
  RunEvents events_{this};
  std::unique_ptr<Runs> runs_;
};

/// Whom the gate found: the role of a request.
Role RoleOf(const http::Request& request);

}  // namespace cadenza::serve
